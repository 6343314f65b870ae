import { describeService } from '@anywise/service/testing';
import { app } from './app.js';

describeService(app, {
  create: { path: '/payments', body: { orderId: 'o-1', amount: 1250, currency: 'EUR' } },
  list: '/payments',
});
