import type { SampleThing } from '@anywise/contracts/sample-things';
import { describePaging } from '@anywise/service/testing';
import { app } from '../app.js';
import { SampleThingRepository } from '../sample-thing.js';

describePaging<SampleThing>(app, {
  path: '/sample-things',
  body: (number) => ({ orderId: `o-${number}` }),
  numberOf: ({ orderId }) => Number(orderId.slice('o-'.length)),
  list: (sql, _user, after) => new SampleThingRepository(sql).list(10, after),
  isOwned: false,
});
