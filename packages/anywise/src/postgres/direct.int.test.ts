import { expect, it } from '@jest/globals';
import { share } from '../core/bus/share.js';
import { memoryBroker } from '../memory/index.js';
import { eventually } from '../testing/eventually.js';
import {
  committing,
  deliveredBy,
  event,
  idsIn,
  inOneDatabase,
  type OneDatabase,
} from '../test-support/one-database.js';
import { describeWithPostgres, testPostgresUrl, withTestDatabase } from '../test-support/test-postgres.js';
import { testEntry } from '../testing/envelopes.js';
import { logLock } from './log.js';
import { postgresTransport, type PostgresTransportOptions } from './transport.js';

/** The world in which what is committed without a transaction may go to the log at once. */
const withDirectWay = (
  work: (world: OneDatabase) => Promise<void>,
  options: Partial<PostgresTransportOptions> = {},
): Promise<void> =>
  inOneDatabase((world) => {
    world.store.publishTo?.(world.transport, () => true);
    return work(world);
  }, options);

describeWithPostgres('the direct way to a log in the same database', () => {
  it('takes events in order, as the transport would have written them, and wakes only who reads the log', () =>
    withDirectWay(async ({ store, outbox, transport, commit, log, run, schema }) => {
      const changed: unknown[] = [];
      const unwatch = store.watch((part) => {
        if (part !== undefined) changed.push(part);
      });
      const received = await deliveredBy(transport);
      await transport.publish([event('first')]);
      await commit({ outgoing: [event('a', 'k'), event('b', 'k'), event('c')] });
      expect([await log(), await idsIn(outbox)]).toEqual([['first', 'a', 'b', 'c'], []]);
      await eventually(() => expect(received.ids).toEqual(['first', 'a', 'b', 'c']));
      await received.close();
      unwatch();
      expect(changed).toEqual([]);
      const rows = await run(`SELECT DISTINCT type, kind FROM "${schema('bus')}".anywise_message`);
      expect(rows).toEqual([{ type: 'test.happened', kind: 'event' }]);
    }));

  it('is not for what is not an event or is too large, nor for what follows such by its key', () =>
    withDirectWay(
      async ({ outbox, commit, log }) => {
        await commit({
          outgoing: [
            event('before-command', 'c'),
            event('command', 'c', { kind: 'command' }),
            event('behind-command', 'c'),
            event('large', 'l', { data: { text: 'x'.repeat(5_000) } }),
            event('behind-large', 'l'),
            event('free', 'f'),
            event('alone'),
          ],
        });
        expect(await log()).toEqual(['before-command', 'free', 'alone']);
        expect(await idsIn(outbox)).toEqual(['command', 'behind-command', 'large', 'behind-large']);
      },
      { maxMessageBytes: 4_096 },
    ));

  it('overtakes nothing of its key that waits in the outbox, or is parked there', () =>
    inOneDatabase(async ({ store, transport, outbox, commit, log }) => {
      await commit({ outgoing: [event('waiting', 'w'), event('parked', 'p'), event('late', 'l')] });
      const lease = await outbox.lease('here', 3_600_000);
      const seqOf = new Map((await outbox.sendable(9)).rows.map(({ seq, envelope }) => [envelope?.id, seq]));
      expect(
        lease !== undefined &&
          (await outbox.settle(lease, [
            { seq: seqOf.get('parked') ?? 0, outcome: 'parked', error: 'too big' },
            { seq: seqOf.get('late') ?? 0, outcome: 'retry', retryInMs: 3_600_000, error: 'not now' },
          ])),
      ).toBe(true);
      store.publishTo?.(transport, () => true);
      await commit({ outgoing: ['w', 'p', 'l', 'f'].map((key) => event(`behind-${key}`, key)) });
      expect(await log()).toEqual(['behind-f']);
      expect(await outbox.status()).toMatchObject({ waiting: { count: 5 }, parked: { count: 1 } });
    }));

  it('does not wait for a message of its key that is scheduled', () =>
    withDirectWay(async ({ outbox, commit, log }) => {
      const scheduled = [{ envelope: event('tomorrow', 'k'), due: { delayMs: 86_400_000 } }];
      await commit({ scheduled, outgoing: [event('a', 'k')] });
      await commit({ outgoing: [event('b', 'k')] });
      expect(await log()).toEqual(['a', 'b']);
      expect(await outbox.status()).toMatchObject({ waiting: { count: 0 }, scheduled: { count: 1 } });
    }));

  it('is one commit with the messages for listeners here', () =>
    withDirectWay(async ({ store, commit, log }) => {
      await commit({ outgoing: [event('a')], incoming: [testEntry({ id: 'a' })] });
      expect(await log()).toEqual(['a']);
      expect(await store.inbox.status()).toMatchObject({ waiting: { count: 1 } });
    }));

  it('never waits for its turn: while another publishes, the outbox takes the message', () =>
    withDirectWay(async ({ store, outbox, commit, log, schema }) => {
      const changed: unknown[] = [];
      const unwatch = store.watch((part) => {
        if (part !== undefined) changed.push(part);
      });
      await withTestDatabase(async (server) => {
        const session = await server.begin('BEGIN');
        const lock = { text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))' };
        await session.query(lock, logLock(schema('bus')));
        await commit({ outgoing: [event('a', 'k'), event('b')] });
        await session.rollback();
      });
      unwatch();
      expect([await log(), await idsIn(outbox), changed]).toEqual([[], ['a', 'b'], ['outbox']]);
      await commit({ outgoing: [event('c', 'k'), event('d')] });
      expect([await log(), await idsIn(outbox)]).toEqual([['d'], ['a', 'b', 'c']]);
    }));

  it('keeps the order of each key beside a relay, however many publish', () =>
    withDirectWay(async ({ store, outbox, transport, again, log }) => {
      const other = await again();
      other.publishTo?.(transport, () => true);
      const shortcut = other.shortcutTo?.(transport);
      const lease = await other.outbox.lease('here', 3_600_000);
      if (shortcut === undefined || lease === undefined) throw new Error('There is no relay.');
      const idsOf = (key: string): readonly string[] => Array.from({ length: 60 }, (_, n) => `${key}-${n}`);
      const publish = async (key: string, commit: OneDatabase['commit']): Promise<void> => {
        for (const id of idsOf(key)) await commit({ outgoing: [event(id, key)] });
      };
      const done = new AbortController();
      const relaying = (async (): Promise<void> => {
        while (!done.signal.aborted) await shortcut(lease, 7);
      })();
      const [here, there] = [committing(store), committing(other)];
      await Promise.all(['a', 'b', 'c'].map((key, n) => publish(key, n === 0 ? there : here)));
      await eventually(async () => expect(await idsIn(outbox)).toEqual([]));
      done.abort();
      await relaying;
      const all = await log();
      for (const key of ['a', 'b', 'c']) expect(all.filter((id) => id.startsWith(key))).toEqual(idsOf(key));
    }));

  it('is left alone while it is not open, and for a while once the log has refused something', () =>
    inOneDatabase(async ({ store, transport, outbox, commit, log, run, schema }) => {
      let isOpen = false;
      store.publishTo?.(transport, () => isOpen);
      await commit({ outgoing: [event('closed')] });
      isOpen = true;
      await run(`ALTER TABLE "${schema('bus')}".anywise_message RENAME TO gone`);
      await commit({ outgoing: [event('refused'), event('with-it')] });
      await run(`ALTER TABLE "${schema('bus')}".gone RENAME TO anywise_message`);
      await commit({ outgoing: [event('after')] });
      expect([await log(), await idsIn(outbox)]).toEqual([[], ['closed', 'refused', 'with-it', 'after']]);
    }));

  it('is there only for an open transport whose log is in this database', () =>
    inOneDatabase(async ({ store, transport, outbox, commit, log, schema }) => {
      const closed = postgresTransport({ url: testPostgresUrl, schema: schema('closed') });
      const [elsewhere, others] = [
        new URL(testPostgresUrl),
        [closed, memoryBroker().connect(), share(closed).connect()],
      ];
      elsewhere.pathname = '/postgres';
      const away = postgresTransport({ url: elsewhere.href, schema: schema('away') });
      try {
        await away.check();
        for (const [n, other] of [...others, away].entries()) {
          store.publishTo?.(other, () => true);
          await commit({ outgoing: [event(`m${n}`)] });
        }
      } finally {
        await Promise.all([away.close(), closed.close()]);
        await withTestDatabase(
          (database) => database.query({ text: `DROP SCHEMA IF EXISTS "${schema('away')}" CASCADE` }),
          elsewhere.href,
        );
      }
      expect(await idsIn(outbox)).toEqual(['m0', 'm1', 'm2', 'm3']);
      store.publishTo?.(transport, () => true);
      await commit({ outgoing: [event('here')] });
      expect(await log()).toEqual(['here']);
    }));
});
