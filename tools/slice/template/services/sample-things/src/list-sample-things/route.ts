import { ListSampleThings } from '@anywise/contracts/sample-things';
import { readPage } from '@anywise/service';
import { route } from 'anywise/express';

export const listSampleThingsRoute = route('get', '/sample-things', ListSampleThings, { input: readPage });
