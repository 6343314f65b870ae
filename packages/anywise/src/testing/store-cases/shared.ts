import assert from 'node:assert/strict';
import { eventually } from '../eventually.js';
import type { StoreCase } from '../store-contract.js';
import { claim, entry, ids } from './steps.js';

export const sharedCases: readonly StoreCase[] = [
  {
    id: 'shared-claim',
    behaviour: 'hands a message to one of several processes',
    needs: ['shared'],
    run: async ({ store, again }) => {
      const other = await again();
      try {
        await store.inbox.add(Array.from({ length: 50 }, (_, n) => entry(`m${n}`, `k${n % 5}`)));
        const claims = await Promise.all([claim(store), claim(other), claim(store), claim(other)]);
        assert.equal(new Set(ids(claims.flat())).size, claims.flat().length);
        assert.equal(claims.flat().length, 5);
      } finally {
        await other.close();
      }
    },
  },
  {
    id: 'shared-watch',
    behaviour: 'tells watchers of what another process commits',
    needs: ['shared'],
    run: async ({ store, again }) => {
      const other = await again();
      let calls = 0;
      const stop = store.watch(() => calls++);
      try {
        await other.inbox.add([entry('m1')]);
        await eventually(() => assert.ok(calls >= 1));
      } finally {
        stop();
        await other.close();
      }
    },
  },
];
