import { CreateSampleItem } from '@anywise/contracts/sample-cases';
import { route } from 'anywise/express';

export const createSampleItemRoute = route('post', '/sample-cases/sample-item', CreateSampleItem, {
  status: 201,
  idempotencyKey: true,
  headers: ({ sampleItemId }) => ({ location: `/sample-cases/sample-item/${sampleItemId}` }),
});
