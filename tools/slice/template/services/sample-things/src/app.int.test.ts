import { describeService } from '@anywise/service/testing';
import { app } from './app.js';

describeService(app, { create: { path: '/sample-things', body: { orderId: 'o-1' } } });
