import { SampleQuery } from '@anywise/contracts/sample-cases';
import { route } from 'anywise/express';

export const sampleQueryRoute = route('get', '/sample-cases/:id/sample-query', SampleQuery);
