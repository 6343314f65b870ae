import { ListSampleThings } from '@anywise/contracts/sample-things';
import { route } from 'anywise/express';

export const listSampleThingsRoute = route('get', '/sample-things', ListSampleThings, {
  input: ({ query: { cursor, limit } }) => ({ cursor, limit: limit === undefined ? undefined : Number(limit) }),
});
