import { CreateSampleThing } from '@anywise/contracts/sample-things';
import { route } from 'anywise/express';

export const createSampleThingRoute = route('post', '/sample-things', CreateSampleThing, {
  status: 201,
  idempotencyKey: true,
  headers: ({ sampleThingId }) => ({ location: `/sample-things/${sampleThingId}` }),
});
