import { expect, it } from '@jest/globals';
import { testEntry } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import {
  describeWithPostgres,
  endTestConnections,
  clientOf,
  inTestStore,
  namedTestUrl,
  testPostgresUrl,
} from '../test-support/test-postgres.js';

describeWithPostgres('a PostgreSQL store that loses its connections', () => {
  it('goes on with new ones, and the process lives', () =>
    inTestStore(async ({ again, schema }) => {
      const store = await again({ url: namedTestUrl(schema) });
      expect(await endTestConnections(schema)).toBeGreaterThan(0);
      await eventually(() => store.inbox.add([testEntry({ id: 'm1' })]));
      expect((await store.inbox.status()).waiting.count).toBe(1);
    }));

  it('says of a transaction whose connection was lost that it can be tried again, and where', () =>
    inTestStore(async ({ again, schema }) => {
      const store = await again({ url: namedTestUrl(schema) });
      const transaction = store.begin({ readOnly: false });
      await clientOf(transaction).get('SELECT 1');
      await endTestConnections(schema);
      const use = clientOf(transaction).get('SELECT 1');
      await expect(use).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      await expect(use).rejects.toThrow(new URL(testPostgresUrl).pathname.slice(1));
      await transaction.rollback();
      await expect(store.inbox.status()).resolves.toMatchObject({ waiting: { count: 0 } });
    }));

  it('hears of commits again when its listening connection was lost, and wakes for what it missed', () =>
    inTestStore(async ({ store: other, again, schema }) => {
      const store = await again({ url: namedTestUrl(schema) });
      let calls = 0;
      store.watch(() => calls++);
      await eventually(() => expect(calls).toBeGreaterThan(0));
      const beforeOutage = calls;
      expect(await endTestConnections(schema, '%LISTEN %')).toBe(1);
      await eventually(() => expect(calls).toBeGreaterThan(beforeOutage));
      const beforeCommit = calls;
      await other.inbox.add([testEntry()]);
      await eventually(() => expect(calls).toBeGreaterThan(beforeCommit));
    }));

  it('keeps connections for leases, however many transactions are open', () =>
    inTestStore(
      async ({ store }) => {
        await store.inbox.add([testEntry({ id: 'm1' })]);
        const { claims } = await store.inbox.claim({
          listeners: new Map([['listener', 100]]),
          holder: 'h',
          limit: 1,
          leaseMs: 30_000,
        });
        const transactions = Array.from({ length: 10 }, () => store.begin({ readOnly: false }));
        const begun = transactions.map((transaction) => clientOf(transaction).get('SELECT 1'));
        await Promise.race(begun);
        await expect(store.inbox.extend(claims, 30_000)).resolves.toEqual([]);
        for (const [index, transaction] of transactions.entries()) {
          await begun[index];
          await transaction.rollback();
        }
      },
      { maxConnections: 6 },
    ));
});
