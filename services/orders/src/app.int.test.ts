import { describeService } from '@anywise/service/testing';
import { app } from './app.js';

describeService(app, {
  create: { path: '/orders', body: { customerId: 'c-1', amount: 1250, currency: 'EUR' } },
  list: '/orders',
});
