import { CompleteSampleItem } from '@anywise/contracts/sample-cases';
import { route } from 'anywise/express';

export const completeSampleItemRoute = route(
  'post',
  '/sample-cases/sample-item/:sampleItemId/complete',
  CompleteSampleItem,
  { idempotencyKey: true },
);
