import assert from 'node:assert/strict';
import { StreamConflictError, type StreamAppend } from '../../core/ports/event-log.js';
import type { Store } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { commitAppends, fill, idsIn, idsOf, loadFrom, logIn, logOf, refuses, toAppend, written } from './log-steps.js';
import { claimOne, entry, finish, sendableIds, upTo } from './steps.js';

/** A writer that loads, appends one event, and tries again after each conflict, as often as it takes. */
async function appendStubbornly(store: Store, stream: string, id: string): Promise<number> {
  for (let conflicts = 0; ; conflicts++) {
    const transaction = store.begin({ readOnly: false });
    try {
      const { events } = await logIn(transaction).load(stream, { limit: 1_000, inTurn: conflicts > 0 });
      await logIn(transaction).append([toAppend(stream, events.at(-1)?.version ?? 0, [id])]);
      assert.equal(await transaction.commit(), true);
      return conflicts;
    } catch (error) {
      await transaction.rollback();
      if (!StreamConflictError.is(error)) throw error;
    }
  }
}

/** The events of entities. */
const cases: readonly StoreCase[] = [
  {
    id: 'log-load',
    behaviour: 'returns the events of a stream as they were appended, in order, and of no other stream',
    run: async ({ store }) => {
      const events = written(['e1', 'e2'], 'test.renamed', { text: 'žluť \u0000 "\\ 🚀', list: [1.5, null] });
      await commitAppends(store, [{ stream: 'test.thing/1', expected: 0, events }]);
      await fill(store, 'test.thing/10', 3);
      await fill(store, 'test.thing/1', 1, 2);
      const loaded = (await loadFrom(store, 'test.thing/1')).events;
      same(
        loaded.map(({ stream, version, type }) => [stream, version, type]),
        [
          ['test.thing/1', 1, 'test.renamed'],
          ['test.thing/1', 2, 'test.renamed'],
          ['test.thing/1', 3, 'test.happened'],
        ],
      );
      same(
        loaded.slice(0, 2).map(({ json }) => json),
        events.map(({ json }) => json),
      );
      same((await loadFrom(store, 'test.thing/2')).events, []);
    },
  },
  {
    id: 'log-stale',
    behaviour: 'refuses an append to a stream that is at another version, and keeps nothing of its transaction',
    run: async ({ store }) => {
      await fill(store, 's', 2);
      for (const expected of [0, 1, 3, 100]) {
        const messages = { outgoing: [testEnvelope({ id: `out${expected}` })], incoming: [entry(`in${expected}`)] };
        await assert.rejects(
          commitAppends(store, [toAppend('other', 0, ['x']), toAppend('s', expected, ['late'])], { messages }),
          { code: 'CONFLICT', retryable: true },
        );
      }
      same(await idsIn(store, 's'), ['s#1', 's#2']);
      same(await idsIn(store, 'other'), []);
      same(await sendableIds(store), []);
      assert.equal((await store.inbox.status()).waiting.count, 0);
      await fill(store, 's', 1, 2);
    },
  },
  {
    id: 'log-race',
    behaviour: 'lets one of many concurrent appends at the same version win, and refuses the others',
    run: async ({ store }) => {
      for (const round of upTo(5)) {
        const tries = upTo(6).map((n) => commitAppends(store, [toAppend('s', round, [`r${round}w${n}`])]));
        const outcomes = await Promise.allSettled(tries);
        const refused = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
        );
        assert.equal(refused.length, 5);
        for (const error of refused) assert.ok(StreamConflictError.is(error), String(error));
      }
      const { events } = await loadFrom(store, 's');
      same(
        events.map(({ version }) => version),
        [1, 2, 3, 4, 5],
      );
    },
  },
  {
    id: 'log-storm',
    behaviour: 'loses no event and leaves no gap, however many writers of a few streams try again and again',
    run: async ({ store }) => {
      const work = upTo(60).map((n) => ({ stream: `s${n % 3}`, id: `e${n}` }));
      await Promise.all(work.map(({ stream, id }) => appendStubbornly(store, stream, id)));
      for (const stream of ['s0', 's1', 's2']) {
        const { events } = await loadFrom(store, stream);
        same(
          events.map(({ version }) => version),
          upTo(20).map((n) => n + 1),
        );
        same(
          idsOf(events).sort(),
          work
            .filter((one) => one.stream === stream)
            .map(({ id }) => id)
            .sort(),
        );
      }
    },
  },
  {
    id: 'log-many-streams',
    behaviour: 'appends to several streams in one transaction, in the order of the calls, or to none of them',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await logIn(transaction).append([toAppend('b', 0, ['b1', 'b2']), toAppend('a', 0, ['a1'])]);
      await logIn(transaction).append([toAppend('b', 2, ['b3'])]);
      await transaction.commit();
      same(idsOf((await logOf(store).feed(0, { limit: 10 })).events), ['b1', 'b2', 'a1', 'b3']);
      await refuses(store, toAppend('a', 1, ['a2']), toAppend('b', 2, ['late']));
      same(await idsIn(store, 'a'), ['a1']);
    },
  },
  {
    id: 'log-rollback',
    behaviour: 'keeps nothing of a transaction that is rolled back, and gives its versions to the next',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await logIn(transaction).load('s', { limit: 10 });
      await logIn(transaction).append([toAppend('s', 0, ['lost'])]);
      await transaction.rollback();
      await fill(store, 's', 1);
      same(await idsIn(store, 's'), ['s#1']);
    },
  },
  {
    id: 'log-with-messages',
    behaviour: 'commits events together with messages and the end of a claim, or none of them',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      const messages = { outgoing: [testEnvelope({ id: 'out' })] };
      const lost = { ...claimed, lease: 'lost' };
      const transaction = store.begin({ readOnly: false });
      await logIn(transaction).append([toAppend('s', 0, ['e1'])]);
      await transaction.append(messages);
      assert.equal(await transaction.commit({ claim: lost }), false);
      same(await idsIn(store, 's'), []);
      await assert.rejects(
        commitAppends(store, [toAppend('s', 5, ['e1'])], { messages, completion: { claim: claimed } }),
      );
      same(await sendableIds(store), []);
      await commitAppends(store, [toAppend('s', 0, ['e1'])], { messages, completion: { claim: claimed } });
      same([await idsIn(store, 's'), await sendableIds(store)], [['e1'], ['out']]);
      assert.equal(await finish(store, claimed), false);
    },
  },
  {
    id: 'log-snapshot',
    behaviour: 'begins with the snapshot of the shape that is asked for, and ignores one of another shape',
    run: async ({ store }) => {
      await fill(store, 's', 3);
      const keep = (version: number, shape: number): StreamAppend => ({
        ...toAppend('s', version - 1, [`s#${version}`]),
        snapshot: { version, shape, state: JSON.stringify({ at: version }) },
      });
      await commitAppends(store, [keep(4, 1)]);
      await fill(store, 's', 2, 4);
      const first = await loadFrom(store, 's', { shape: 1 });
      same(first.snapshot, { version: 4, shape: 1, state: '{"at":4}' });
      same(idsOf(first.events), ['s#5', 's#6']);
      for (const shape of [2, undefined]) {
        const whole = await loadFrom(store, 's', { shape });
        same([whole.snapshot, whole.events.length], [undefined, 6]);
      }
      same((await loadFrom(store, 's', { shape: 1, after: 4 })).snapshot, undefined);
      await commitAppends(store, [keep(7, 2)]);
      same((await loadFrom(store, 's', { shape: 1 })).events.length, 7);
      same((await loadFrom(store, 's', { shape: 2 })).snapshot?.version, 7);
      await refuses(store, keep(7, 3));
      same((await loadFrom(store, 's', { shape: 2 })).snapshot?.version, 7);
    },
  },
  {
    id: 'log-erase',
    behaviour:
      'erases what the events of a stream say, but not that they happened, with the transaction that asks for it',
    run: async ({ store }) => {
      const snapshot = { version: 2, shape: 1, state: '{}' };
      await commitAppends(store, [{ ...toAppend('s', 0, ['e1', 'e2']), snapshot }]);
      await fill(store, 'other', 1);
      const undone = store.begin({ readOnly: false });
      assert.equal(await logIn(undone).erase('s'), 2);
      await undone.rollback();
      same(await idsIn(store, 's'), ['e1', 'e2']);
      const transaction = store.begin({ readOnly: false });
      await logIn(transaction).append([toAppend('s', 2, ['forgotten'])]);
      assert.equal(await logIn(transaction).erase('s'), 2);
      await transaction.commit();
      const { snapshot: left, events } = await loadFrom(store, 's', { shape: 1 });
      same([left, idsOf(events)], [undefined, ['erased', 'erased', 'forgotten']]);
      same(
        events.map(({ version, type }) => [version, type]),
        [1, 2, 3].map((version) => [version, 'test.happened']),
      );
      same(idsOf((await logOf(store).feed(0, { limit: 10 })).events), ['erased', 'erased', 'other#1', 'forgotten']);
      const again = store.begin({ readOnly: false });
      assert.equal(await logIn(again).erase('nothing'), 0);
      await again.commit();
    },
  },
  {
    id: 'log-erase-snapshot',
    behaviour: 'keeps no snapshot of a state that comes from events which were erased',
    run: async ({ store }) => {
      const next = (version: number): StreamAppend => ({
        ...toAppend('s', version - 1, [`s#${version}`]),
        snapshot: { version, shape: 1, state: JSON.stringify({ at: version }) },
      });
      const kept = async (): Promise<number | undefined> =>
        (await loadFrom(store, 's', { shape: 1 })).snapshot?.version;
      await commitAppends(store, [next(1)]);
      const together = store.begin({ readOnly: false });
      await logIn(together).append([next(2)]);
      assert.equal(await logIn(together).erase('s'), 1);
      await together.commit();
      assert.equal(await kept(), undefined);
      await commitAppends(store, [next(3)]);
      assert.equal(await kept(), 3);
      const alone = store.begin({ readOnly: false });
      assert.equal(await logIn(alone).erase('s'), 2);
      await alone.commit();
      await commitAppends(store, [next(4)]);
      assert.equal(await kept(), undefined);
      await commitAppends(store, [next(5)]);
      assert.equal(await kept(), 5);
    },
  },
  {
    id: 'log-part',
    behaviour: 'undoes an erasure in a part of a transaction without the rest',
    run: async ({ store }) => {
      await fill(store, 'kept', 1);
      await fill(store, 'erased', 1);
      const transaction = store.begin({ readOnly: false });
      assert.equal(await logIn(transaction).erase('erased'), 1);
      const part = transaction.nest();
      assert.equal(await logIn(transaction).erase('kept'), 1);
      await part.undo();
      await logIn(transaction).append([toAppend('kept', 1, ['kept#2'])]);
      assert.equal(await transaction.commit(), true);
      same([await idsIn(store, 'kept'), await idsIn(store, 'erased')], [['kept#1', 'kept#2'], ['erased']]);
    },
  },
  {
    id: 'log-pages',
    behaviour: 'reads a long stream page by page',
    run: async ({ store }) => {
      for (const expected of upTo(10).map((n) => n * 1_000)) await fill(store, 's', 1_000, expected);
      let after = 0;
      for (;;) {
        const { events } = await loadFrom(store, 's', { after, limit: 3_000 });
        same(
          events.map(({ version }) => version),
          events.map((_event, index) => after + index + 1),
        );
        if (events.length === 0) break;
        after += events.length;
      }
      assert.equal(after, 10_000);
      await fill(store, 's', 1, 10_000);
    },
  },
  {
    id: 'log-large',
    behaviour: 'appends and returns events that are larger together than a batch',
    run: async ({ store }) => {
      const events = written(
        upTo(6).map((n) => `e${n}`),
        'test.happened',
        { text: 'x'.repeat(1_000_000) },
      );
      await commitAppends(store, [{ stream: 's', expected: 0, events }]);
      const loaded = (await loadFrom(store, 's')).events;
      same(
        loaded.map(({ version, json }) => [version, json?.length]),
        events.map(({ json }, index) => [index + 1, json.length]),
      );
    },
  },
  {
    id: 'log-streams',
    behaviour: 'lists the streams that begin with a text, in the order of their bytes, page by page',
    run: async ({ store }) => {
      const listed = ['t/%', 't/1', 't/10', 't/2', 't/_', 't/a b', 't/ž', 't/\uffee', 't/🚀'];
      for (const stream of [...listed, 't', 't2/1', 's/1', 'T/1'].reverse()) await fill(store, stream, 3);
      same(await logOf(store).streams('t/', { limit: 100 }), listed);
      same(await logOf(store).streams('t/', { limit: 2, after: 't/10' }), ['t/2', 't/_']);
      same(await logOf(store).streams('t/', { limit: 2, after: 't/🚀' }), []);
      same(await logOf(store).streams('none/', { limit: 2 }), []);
    },
  },
  {
    id: 'log-read-only',
    behaviour: 'reads streams in a read-only transaction, but appends and erases nothing',
    run: async ({ store }) => {
      await fill(store, 's', 1);
      const transaction = store.begin({ readOnly: true });
      same(idsOf((await logIn(transaction).load('s', { limit: 10 })).events), ['s#1']);
      await assert.rejects(async () => logIn(transaction).append([toAppend('s', 1, ['e2'])]), { code: 'READ_ONLY' });
      await assert.rejects(async () => logIn(transaction).erase('s'), { code: 'READ_ONLY' });
      await transaction.rollback();
      same(await idsIn(store, 's'), ['s#1']);
    },
  },
  {
    id: 'log-ended',
    behaviour: 'refuses the use of the log of a transaction that has ended',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await logIn(transaction).append([toAppend('s', 0, ['e1'])]);
      await transaction.commit();
      const log = logIn(transaction);
      await assert.rejects(async () => log.load('s', { limit: 1 }), { code: 'NOT_AWAITED' });
      await assert.rejects(async () => log.append([toAppend('s', 1, ['e2'])]), { code: 'NOT_AWAITED' });
      await assert.rejects(async () => log.erase('s'), { code: 'NOT_AWAITED' });
      same(await idsIn(store, 's'), ['e1']);
    },
  },
  {
    id: 'log-retention',
    behaviour: 'keeps events for ever, whatever the retention is',
    run: async ({ store }) => {
      await fill(store, 's', 2);
      await store.clean(0);
      same(await idsIn(store, 's'), ['s#1', 's#2']);
    },
  },
];

export const logCases: readonly StoreCase[] = cases.map(({ needs = [], ...one }): StoreCase => ({
  ...one,
  needs: ['keepsEvents', ...needs],
}));
