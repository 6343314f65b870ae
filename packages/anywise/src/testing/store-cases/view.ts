import assert from 'node:assert/strict';
import type { Store } from '../../core/ports/store.js';
import type { StoreView } from '../../core/ports/store-view.js';
import { testEntry, testEnvelope } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import {
  append,
  cancel,
  claim,
  claimOne,
  entry,
  finish,
  ids,
  makeDead,
  relayLease,
  schedule,
  settle,
  upTo,
} from './steps.js';

const all = { limit: 100 };

function viewOf({ view }: Store): StoreView {
  assert.ok(view !== undefined, 'it has no view');
  return view;
}

/** A message that came of `cause` in the conversation `talk`. */
function linked(id: string, cause: string, listener = 'listener') {
  const links = { correlationId: 'talk', causationId: cause };
  return testEntry({ id, listener, json: JSON.stringify(testEnvelope({ id })), ...links });
}

async function publish(store: Store, id: string, causationid?: string): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  const envelope = testEnvelope({ id, correlationid: 'talk', ...(causationid !== undefined && { causationid }) });
  await transaction.append({ outgoing: [envelope] });
  await transaction.commit();
}

/** What tools see of a store. */
export const viewCases: readonly StoreCase[] = [
  {
    id: 'view-inbox',
    behaviour: 'shows the messages of one state, of all listeners or of one, in the order of arrival, page by page',
    needs: ['observable'],
    run: async ({ store }) => {
      const view = viewOf(store);
      await makeDead(store, { id: 'poison', key: 'k' });
      await makeDead(store, { id: 'worse', listener: 'other' });
      await store.inbox.add([
        entry('behind', 'k'),
        entry('free'),
        testEntry({ id: 'free', listener: 'other' }),
        entry('last'),
      ]);
      await claimOne(store, { limit: 1 });
      same(ids(await view.inbox({ state: 'dead' }, all)), ['poison', 'worse']);
      same(ids(await view.inbox({ state: 'dead', listener: 'other' }, all)), ['worse']);
      same(ids(await view.inbox({ state: 'running' }, all)), ['free']);
      same(ids(await view.inbox({ state: 'running', listener: 'other' }, all)), []);
      const [first, ...rest] = await view.inbox({ state: 'waiting' }, { limit: 2 });
      const { seq = 0, receivedAt = 0, ...shown } = first ?? {};
      assert.ok(seq > 0 && receivedAt > 0);
      same(shown, {
        listener: 'listener',
        source: '/test',
        id: 'behind',
        type: 'test.happened',
        key: 'k',
        state: 'waiting',
        attempts: 0,
        at: 0,
      });
      same(
        rest.map(({ id, listener }) => [id, listener]),
        [['free', 'other']],
      );
      same(ids(await view.inbox({ state: 'waiting' }, { limit: 9, after: rest[0]?.seq })), ['last']);
      same(ids(await view.inbox({ state: 'waiting', listener: 'listener' }, { limit: 9, after: seq })), ['last']);
      same(await view.inbox({ state: 'waiting', listener: 'nobody' }, all), []);
    },
  },
  {
    id: 'view-tried',
    behaviour: 'shows what waits for another attempt among the others, with its error',
    needs: ['observable'],
    run: async ({ store }) => {
      await store.inbox.add([entry('tried'), entry('fresh')]);
      const claimed = await claimOne(store, { limit: 1 });
      await store.inbox.fail(claimed, { outcome: 'retry', retryInMs: 3_600_000, error: 'not now' });
      const rows = await viewOf(store).inbox({ state: 'waiting' }, all);
      same(
        rows.map(({ id, attempts, error, at }) => ({ id, attempts, error, isDue: at < Date.now() + 1_800_000 })),
        [
          { id: 'tried', attempts: 1, error: 'not now', isDue: false },
          { id: 'fresh', attempts: 0, error: undefined, isDue: true },
        ],
      );
    },
  },
  {
    id: 'view-lane',
    behaviour: 'shows the unfinished messages of a key in the order in which they are handled',
    needs: ['observable'],
    run: async ({ store }) => {
      await makeDead(store, { id: 'poison', key: 'k' });
      await store.inbox.add([entry('a', 'k'), entry('other', 'l'), entry('b', 'k')]);
      const view = viewOf(store);
      const lane = { listener: 'listener', key: 'k' };
      const rows = await view.inbox(lane, all);
      same(
        rows.map(({ id, state }) => [id, state]),
        [
          ['poison', 'dead'],
          ['a', 'waiting'],
          ['b', 'waiting'],
        ],
      );
      same(ids(await view.inbox(lane, { limit: 1, after: rows[1]?.seq })), ['b']);
      await store.deadLetters.discard({});
      same(ids(await view.inbox(lane, all)), ['a', 'b']);
    },
  },
  {
    id: 'view-behind',
    behaviour: 'counts what waits behind the dead letters of some keys of a listener, as far as it is told',
    needs: ['observable'],
    run: async ({ store }) => {
      const odd = `" \0 ' 🚀`;
      await makeDead(store, { id: 'poison', key: 'k' });
      await makeDead(store, { id: 'odd', key: odd });
      await store.inbox.add([entry('a', 'k'), entry('b', 'k'), entry('c', odd), entry('d', 'l'), entry('free')]);
      await store.inbox.add([testEntry({ id: 'e', listener: 'other', key: 'k' })]);
      const view = viewOf(store);
      const behind = async (keys: readonly string[], limit: number, listener = 'listener') =>
        (await view.behind(listener, keys, limit)).map(({ count, isMore }) => `${count}${isMore ? '+' : ''}`);
      same(await behind([odd, 'k', 'l', 'unknown', '', 'k'], 1), ['1', '1+', '0', '0', '0', '1+']);
      same(await behind(['k'], 2), ['2']);
      same(await behind(['k'], 2, 'other'), ['0']);
      same(await behind([], 2, 'nobody'), []);
      await store.deadLetters.discard({ id: 'poison' });
      same(await behind(['k'], 2), ['0']);
    },
  },
  {
    id: 'view-id',
    behaviour: 'finds a message by its id at each of its listeners, handled ones included',
    needs: ['observable'],
    run: async ({ store }) => {
      await store.inbox.add([entry('m'), entry('n'), testEntry({ id: 'm', listener: 'other' })]);
      assert.equal(await finish(store, await claimOne(store, { limit: 1 })), true);
      const rows = await viewOf(store).inbox({ id: 'm' }, all);
      same(
        rows.map(({ listener, state }) => [listener, state]),
        [
          ['listener', 'handled'],
          ['other', 'waiting'],
        ],
      );
      same(await viewOf(store).inbox({ id: 'unknown \0 🚀' }, all), []);
    },
  },
  {
    id: 'view-outbox',
    behaviour: 'shows what waits to leave and what is parked, in the order of its numbers, and finds one by its id',
    needs: ['observable'],
    run: async ({ store }) => {
      const view = viewOf(store);
      await append(store, ['a', 'b', 'c']);
      await settle(store, await relayLease(store, 'a'), { b: { outcome: 'parked', error: 'too big' } });
      const [first, second] = await view.outbox({ state: 'waiting' }, all);
      same([first?.id, second?.id], ['a', 'c']);
      same(ids(await view.outbox({ state: 'waiting' }, { limit: 9, after: first?.seq })), ['c']);
      const [parked] = await view.outbox({ state: 'parked' }, all);
      const { seq, envelope, createdAt, dueAt, ...shown } = parked ?? {};
      same(shown, { id: 'b', state: 'parked', attempts: 1, error: 'too big' });
      same([envelope?.id, typeof seq, dueAt], ['b', 'number', 0]);
      assert.ok(createdAt !== undefined && createdAt > 0);
      same(await view.outbox({ id: 'b' }, all), [parked]);
      same(await view.outbox({ id: 'b' }, { limit: 1, after: seq }), []);
    },
  },
  {
    id: 'view-scheduled',
    behaviour: 'shows what is scheduled in the order in which it is due, from the first if the last one seen is gone',
    needs: ['observable'],
    run: async ({ store }) => {
      const view = viewOf(store);
      await schedule(store, 'late', { at: Date.now() + 7_200_000 });
      await schedule(store, 'soon', { at: Date.now() + 3_600_000 });
      const [soon] = await view.outbox({ state: 'scheduled' }, { limit: 1 });
      assert.equal(soon?.id, 'soon');
      same(ids(await view.outbox({ state: 'scheduled' }, { limit: 9, after: soon.seq })), ['late']);
      assert.equal(await cancel(store, 'soon'), true);
      same(ids(await view.outbox({ state: 'scheduled' }, { limit: 9, after: soon.seq })), ['late']);
    },
  },
  {
    id: 'view-groups',
    behaviour: 'groups dead letters whose errors differ in numbers and ids alone, the largest group first',
    needs: ['observable'],
    run: async ({ store }) => {
      const view = viewOf(store);
      await makeDead(store, { id: 'a' }, { error: 'other' });
      await makeDead(store, { id: 'b' }, { error: 'no order 17' });
      await makeDead(store, { id: 'c', key: 'k' }, { error: 'no order 4711' });
      const groups = await view.deadGroups(10);
      same(
        groups.map(({ error, count, holdsUp }) => ({ error, count, holdsUp })),
        [
          { error: 'no order …', count: { count: 2, isMore: false }, holdsUp: 'key' },
          { error: 'other', count: { count: 1, isMore: false }, holdsUp: 'nothing' },
        ],
      );
      assert.ok(groups.every(({ firstAt, lastAt }) => firstAt > 0 && lastAt >= firstAt));
      same((await view.deadGroups(1)).length, 1);
    },
  },
  {
    id: 'view-groups-of-many',
    behaviour: 'looks at the oldest and the latest dead letters of each listener, and says where it left some out',
    needs: ['observable'],
    run: async ({ store }) => {
      const many = Array.from({ length: 600 }, (_, index) => testEntry({ id: `m${index}`, listener: 'busy' }));
      await store.inbox.add(many);
      const claimed = await claim(store, { listeners: ['busy'], limit: many.length });
      const last = claimed.at(-1);
      same(claimed.length, many.length);
      await Promise.all(
        claimed.map(async (one) => {
          const error = one === last ? 'new' : 'old';
          await store.inbox.fail(one, { outcome: 'dead', onDead: 'skip', error });
        }),
      );
      await makeDead(store, { id: 'other', listener: 'quiet' }, { error: 'rare' });
      const groups = await viewOf(store).deadGroups(10);
      const shown = groups.map(({ listener, error, count: { isMore } }) => ({ listener, error, isMore }));
      same(shown, [
        { listener: 'busy', error: 'old', isMore: true },
        { listener: 'busy', error: 'new', isMore: true },
        { listener: 'quiet', error: 'rare', isMore: false },
      ]);
    },
  },
  {
    id: 'view-conversation',
    behaviour: 'finds a conversation by its id or by that of one of its messages, what was handled included',
    needs: ['observable'],
    run: async ({ store }) => {
      const view = viewOf(store);
      await store.inbox.add([linked('came', 'before'), entry('stranger')]);
      assert.equal(await finish(store, await claimOne(store, { limit: 1 })), true);
      await publish(store, 'goes', 'came');
      const seen = await view.conversation('talk', 10);
      same(
        seen.map(({ part, id, state, listener, correlationId, causationId }) => {
          return { part, id, state, listener, correlationId, causationId };
        }),
        [
          {
            part: 'inbox',
            id: 'came',
            state: 'handled',
            listener: 'listener',
            correlationId: 'talk',
            causationId: 'before',
          },
          {
            part: 'outbox',
            id: 'goes',
            state: 'waiting',
            listener: undefined,
            correlationId: 'talk',
            causationId: 'came',
          },
        ],
      );
      same(await view.conversation('goes', 10), seen);
      same(await view.conversation('came', 10), seen);
      same(await view.conversation('unknown', 10), []);
      same(await view.conversation('stranger', 10), []);
    },
  },
  {
    id: 'view-conversation-first',
    behaviour: 'takes an id for that of a conversation before it takes it for that of a message',
    needs: ['observable'],
    run: async ({ store }) => {
      await store.inbox.add([
        testEntry({ id: 'talk', correlationId: 'elsewhere' }),
        linked('one', 'talk'),
        linked('two', 'one', 'other'),
      ]);
      const seen = await viewOf(store).conversation('talk', 10);
      same(ids(seen), ['one', 'two']);
      same((await viewOf(store).conversation('talk', 1)).length, 1);
    },
  },
  {
    id: 'view-conversation-edited',
    behaviour: 'keeps a message in its conversation when its dead letter is edited and when it is claimed on arrival',
    needs: ['observable'],
    run: async ({ store }) => {
      await store.inbox.add([linked('one', 'before')]);
      const claimed = await claimOne(store);
      await store.inbox.fail(claimed, { outcome: 'dead', onDead: 'park', error: 'poison' });
      assert.equal(await store.deadLetters.edit(claimed, '{}'), true);
      await store.inbox.add([linked('two', 'one')], {
        listeners: new Map([['listener', 10]]),
        holder: 'here:1:1:a',
        limit: 10,
        leaseMs: 3_600_000,
      });
      same(ids(await viewOf(store).conversation('talk', 10)), ['one', 'two']);
    },
  },
  {
    id: 'view-counts',
    behaviour: 'counts up to a limit, and tells the numbers given last, whatever has left since',
    needs: ['observable'],
    run: async ({ store }) => {
      const view = viewOf(store);
      same((await view.counts()).lastSeq, { inbox: 0, outbox: 0 });
      await store.inbox.add(upTo(3).map((n) => entry(`m${n}`)));
      await append(store, ['a', 'b']);
      await settle(store, await relayLease(store, 'a'), { a: { outcome: 'confirmed' }, b: { outcome: 'confirmed' } });
      const { at, inbox, outbox, lastSeq } = await view.counts(2);
      same(inbox.waiting, { count: 2, isMore: true });
      same(outbox.waiting, { count: 0, isMore: false });
      assert.ok(lastSeq.inbox >= 3 && lastSeq.outbox >= 2);
      assert.ok(Math.abs(at - Date.now()) < 86_400_000);
    },
  },
];
