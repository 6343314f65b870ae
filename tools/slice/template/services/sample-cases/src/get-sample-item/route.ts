import { GetSampleItem } from '@anywise/contracts/sample-cases';
import { route } from 'anywise/express';

export const getSampleItemRoute = route('get', '/sample-cases/sample-item/:sampleItemId', GetSampleItem);
