import { GetSampleThing } from '@anywise/contracts/sample-things';
import { route } from 'anywise/express';

export const getSampleThingRoute = route('get', '/sample-things/:sampleThingId', GetSampleThing);
