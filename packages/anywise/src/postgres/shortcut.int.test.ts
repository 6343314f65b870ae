import { expect, it } from '@jest/globals';
import { share } from '../core/bus/share.js';
import type { Outbox, Shortcut } from '../core/ports/outbox.js';
import { memoryBroker } from '../memory/index.js';
import { eventually } from '../testing/eventually.js';
import { deliveredBy, event, idsIn, inOneDatabase, type OneDatabase } from '../test-support/one-database.js';
import { describeWithPostgres, testPostgresUrl, withTestDatabase } from '../test-support/test-postgres.js';
import { logLock } from './log.js';
import { postgresTransport, type PostgresTransportOptions } from './transport.js';

/** The world with a shortcut between the two. */
const withShortcut = (
  work: (world: OneDatabase & { readonly shortcut: Shortcut }) => Promise<void>,
  options: Partial<PostgresTransportOptions> = {},
): Promise<void> =>
  inOneDatabase((world) => {
    const shortcut = world.store.shortcutTo?.(world.transport);
    if (shortcut === undefined) throw new Error('There is no shortcut.');
    return work({ ...world, shortcut });
  }, options);

async function leaseOf(outbox: Outbox, holder = 'here'): Promise<{ holder: string; epoch: number }> {
  const lease = await outbox.lease(holder, 3_600_000);
  if (lease === undefined) throw new Error('The lease is taken.');
  return lease;
}

describeWithPostgres('the shortcut from an outbox to a log in the same database', () => {
  it('moves events in order, as the transport would have written them, and wakes who listens', () =>
    withShortcut(async ({ outbox, shortcut, transport, commit, log, run, schema }) => {
      const received = await deliveredBy(transport);
      await transport.publish([event('first')]);
      await commit({ outgoing: [event('a', 'k'), event('b', 'k'), event('c')] });
      expect(await shortcut(await leaseOf(outbox), 100)).toEqual({
        moved: 3,
        isMore: false,
        hasLeft: false,
        nextDueInMs: null,
      });
      expect([await log(), await idsIn(outbox)]).toEqual([['first', 'a', 'b', 'c'], []]);
      await eventually(() => expect(received.ids).toEqual(['first', 'a', 'b', 'c']));
      await received.close();
      const rows = await run(`SELECT DISTINCT type, kind FROM "${schema('bus')}".anywise_message`);
      expect(rows).toEqual([{ type: 'test.happened', kind: 'event' }]);
      expect(await shortcut(await leaseOf(outbox), 100)).toEqual({
        moved: 0,
        isMore: false,
        hasLeft: false,
        nextDueInMs: null,
      });
    }));

  it('leaves what is not an event, was refused before or is too large, and what follows each by its key', () =>
    withShortcut(
      async ({ outbox, shortcut, commit, log, run, schema }) => {
        const table = `"${schema('store')}".anywise_outbox`;
        await commit({
          outgoing: [
            event('command', 'c', { kind: 'command' }),
            event('behind-command', 'c'),
            event('large', 'l', { data: { text: 'x'.repeat(5_000) } }),
            event('behind-large', 'l'),
            event('refused', 'r'),
            event('behind-refused', 'r'),
            event('before-strange', 's'),
            event('strange', 's'),
            event('behind-strange', 's'),
            event('free', 'f'),
            event('alone'),
          ],
        });
        await run(`UPDATE ${table} SET attempts = 1 WHERE id = 'refused'`);
        await run(`UPDATE ${table} SET envelope = '{"id":1}' WHERE id = 'strange'`);
        expect(await shortcut(await leaseOf(outbox), 100)).toEqual({
          moved: 3,
          isMore: false,
          hasLeft: true,
          nextDueInMs: null,
        });
        expect(await log()).toEqual(['before-strange', 'free', 'alone']);
        expect(await idsIn(outbox)).toEqual([
          'command',
          'behind-command',
          'large',
          'behind-large',
          'refused',
          'behind-refused',
          undefined,
          'behind-strange',
        ]);
      },
      { maxMessageBytes: 4_096 },
    ));

  it('leaves what waits for its time, is parked, or is held up by such', () =>
    withShortcut(async ({ outbox, shortcut, commit, log }) => {
      const lease = await leaseOf(outbox);
      await commit({ outgoing: [event('parked', 'p'), event('late', 'w'), event('gone', 'g')] });
      const seqOf = new Map((await outbox.sendable(9)).rows.map(({ seq, envelope }) => [envelope?.id, seq]));
      await outbox.settle(lease, [
        { seq: seqOf.get('parked') ?? 0, outcome: 'parked', error: 'too big' },
        { seq: seqOf.get('late') ?? 0, outcome: 'retry', retryInMs: 3_600_000, error: 'not now' },
      ]);
      await commit({
        outgoing: [event('behind-parked', 'p'), event('behind-late', 'w')],
        scheduled: [
          { envelope: event('tomorrow', 't'), due: { delayMs: 86_400_000 } },
          { envelope: event('due', 'd'), due: { delayMs: 0 } },
        ],
      });
      const { nextDueInMs, ...done } = (await shortcut(lease, 100)) ?? { nextDueInMs: undefined };
      expect(done).toEqual({ moved: 2, isMore: false, hasLeft: false });
      expect(nextDueInMs).toBeGreaterThan(3_000_000);
      expect(nextDueInMs).toBeLessThanOrEqual(3_600_000);
      expect(await log()).toEqual(['gone', 'due']);
      expect(await outbox.status()).toMatchObject({
        waiting: { count: 3 },
        scheduled: { count: 1 },
        parked: { count: 1 },
      });
      await commit({ scheduled: [{ envelope: event('soon'), due: { delayMs: 1_800_000 } }] });
      const sooner = await shortcut(lease, 100);
      expect(sooner).toMatchObject({ moved: 0, hasLeft: false });
      expect(sooner?.nextDueInMs).toBeLessThanOrEqual(1_800_000);
    }));

  it('moves nothing if one cannot be read as JSON, and says so', () =>
    withShortcut(async ({ outbox, shortcut, commit, log, run, schema }) => {
      await commit({ outgoing: [event('a'), event('broken'), event('c')] });
      await run(`UPDATE "${schema('store')}".anywise_outbox SET envelope = '{' WHERE id = 'broken'`);
      await expect(shortcut(await leaseOf(outbox), 100)).rejects.toMatchObject({ code: '22P02' });
      expect([await log(), await idsIn(outbox)]).toEqual([[], ['a', undefined, 'c']]);
    }));

  it('says that there is more where it has moved as many as it may', () =>
    withShortcut(async ({ outbox, shortcut, commit, log }) => {
      const lease = await leaseOf(outbox);
      await commit({ outgoing: ['a', 'b', 'c', 'd', 'e'].map((id) => event(id, 'k')) });
      expect(await shortcut(lease, 2)).toEqual({ moved: 2, isMore: true, hasLeft: false, nextDueInMs: null });
      expect(await shortcut(lease, 4)).toEqual({ moved: 3, isMore: false, hasLeft: false, nextDueInMs: null });
      expect(await log()).toEqual(['a', 'b', 'c', 'd', 'e']);
    }));

  it('moves nothing for a relay that has lost the lease', () =>
    withShortcut(async ({ outbox, shortcut, commit, log }) => {
      const lost = await leaseOf(outbox);
      await outbox.release(lost);
      const held = await leaseOf(outbox, 'other');
      await commit({ outgoing: [event('a')] });
      expect([await shortcut(lost, 100), await log(), await idsIn(outbox)]).toEqual([undefined, [], ['a']]);
      expect(await shortcut(held, 100)).toMatchObject({ moved: 1 });
    }));

  it('keeps the lease until it has moved them, even if another could take it meanwhile', () =>
    withShortcut(async ({ outbox, shortcut, again, commit, log, schema }) => {
      const other = await again();
      const ours = await leaseOf(outbox);
      await commit({ outgoing: [event('a', 'k'), event('b', 'k')] });
      await withTestDatabase(async (server) => {
        const session = await server.begin('BEGIN');
        const lock = { text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))' };
        await session.query(lock, logLock(schema('bus')));
        const moving = shortcut(ours, 100);
        await eventually(async () => {
          const text = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND position($1 IN query) > 0`;
          expect((await server.query({ text }, schema('store'))).rows).toHaveLength(1);
        });
        let isReleased = false;
        const released = other.outbox.release(ours).then(() => (isReleased = true));
        await eventually(async () => {
          const text = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position($1 IN query) > 0 AND query LIKE '%UPDATE%anywise_lease%'`;
          const { rows } = await server.query({ text }, schema('store'));
          expect(isReleased || rows.length > 0).toBe(true);
        });
        expect(isReleased).toBe(false);
        await session.rollback();
        expect(await moving).toMatchObject({ moved: 2 });
        await released;
      });
      const heir = await leaseOf(other.outbox, 'other');
      expect([heir.epoch, await log(), await idsIn(outbox)]).toEqual([ours.epoch + 1, ['a', 'b'], []]);
    }));

  it('moves each event once and in order, however many relays believe that it is their turn', () =>
    withShortcut(async ({ outbox, shortcut, again, transport, commit, log }) => {
      const other = (await again()).shortcutTo?.(transport);
      const lease = await leaseOf(outbox);
      const ids = Array.from({ length: 60 }, (_, n) => `m${n}`);
      const publish = (async (): Promise<void> => {
        for (const id of ids) await commit({ outgoing: [event(id, 'k')] });
      })();
      let isDone = false;
      const relay = async (move: Shortcut | undefined): Promise<void> => {
        while (!isDone) await move?.(lease, 7);
      };
      const relays = Promise.all([relay(shortcut), relay(other), relay(shortcut)]);
      await publish;
      await eventually(async () => expect(await idsIn(outbox)).toEqual([]));
      isDone = true;
      await relays;
      expect(await log()).toEqual(ids);
    }));

  it('is there only for a transport whose log is in this database', () =>
    withShortcut(async ({ store, transport, schema }) => {
      const elsewhere = new URL(testPostgresUrl);
      elsewhere.pathname = '/postgres';
      const closed = postgresTransport({ url: testPostgresUrl, schema: schema('closed') });
      const away = postgresTransport({ url: elsewhere.href, schema: schema('away') });
      try {
        await away.check();
        for (const other of [closed, away, memoryBroker().connect(), share(closed).connect()]) {
          expect(store.shortcutTo?.(other)).toBeUndefined();
        }
      } finally {
        await Promise.all([away.close(), closed.close()]);
        await withTestDatabase(
          (database) => database.query({ text: `DROP SCHEMA IF EXISTS "${schema('away')}" CASCADE` }),
          elsewhere.href,
        );
      }
      expect(store.shortcutTo?.(transport)).toBeDefined();
    }));
});
