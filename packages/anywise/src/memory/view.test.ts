import { expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import type { StoreView } from '../core/ports/store-view.js';
import { claimOne, entry, finish, makeDead, schedule } from '../testing/store-cases/steps.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { memoryStore } from './store.js';

const all = { limit: 100 };

function opened(): { store: Store; view: StoreView } {
  const store = memoryStore();
  if (store.view === undefined) throw new Error('The memory store has a view.');
  return { store, view: store.view };
}

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

it('shows the inbox by state, by key and by id, page by page', async () => {
  const { store, view } = opened();
  await makeDead(store, { id: 'poison', key: 'k' });
  await store.inbox.add([entry('behind', 'k'), entry('free'), testEntry({ id: 'free', listener: 'other' })]);
  await claimOne(store, { limit: 1 });
  expect(idsOf(await view.inbox({ state: 'dead' }, all))).toEqual(['poison']);
  expect(idsOf(await view.inbox({ state: 'running' }, all))).toEqual(['free']);
  expect(idsOf(await view.inbox({ listener: 'listener', key: 'k' }, all))).toEqual(['poison', 'behind']);
  const [first] = await view.inbox({ state: 'waiting' }, { limit: 1 });
  expect(first).toMatchObject({ id: 'behind', key: 'k', attempts: 0, error: undefined, state: 'waiting' });
  expect(idsOf(await view.inbox({ state: 'waiting' }, { limit: 9, after: first?.seq }))).toEqual(['free']);
  expect(idsOf(await view.inbox({ state: 'waiting', listener: 'other' }, all))).toEqual(['free']);
  expect(await view.inbox({ id: 'free' }, all)).toMatchObject([{ state: 'running' }, { state: 'waiting' }]);
});

it('shows what is scheduled in the order in which it is due, from the first if the last one seen is gone', async () => {
  const { store, view } = opened();
  await schedule(store, 'late', { at: Date.now() + 3_600_000 });
  await schedule(store, 'soon', { at: Date.now() + 60_000 });
  const [soon] = await view.outbox({ state: 'scheduled' }, { limit: 1 });
  expect(soon?.id).toBe('soon');
  expect(idsOf(await view.outbox({ state: 'scheduled' }, { limit: 9, after: soon?.seq }))).toEqual(['late']);
  const transaction = store.begin({ readOnly: false });
  await transaction.cancel('soon');
  await transaction.commit();
  expect(idsOf(await view.outbox({ state: 'scheduled' }, { limit: 9, after: soon?.seq }))).toEqual(['late']);
  expect(await view.outbox({ id: 'late' }, all)).toMatchObject([{ state: 'scheduled', attempts: 0 }]);
});

it('groups dead letters whose errors differ in numbers and ids alone, the largest group first', async () => {
  const { store, view } = opened();
  await makeDead(store, { id: 'a', key: undefined }, { error: 'other' });
  await makeDead(store, { id: 'b', key: undefined }, { error: 'no order 17' });
  await makeDead(store, { id: 'c', key: 'k' }, { error: 'no order 4711' });
  const groups = await view.deadGroups(10);
  expect(groups).toMatchObject([
    { error: 'no order …', count: { count: 2, isMore: false }, holdsUp: 'key' },
    { error: 'other', count: { count: 1, isMore: false }, holdsUp: 'nothing' },
  ]);
  expect(await view.deadGroups(1)).toHaveLength(1);
});

it('finds a conversation by its id and by that of a message, what was handled included', async () => {
  const { store, view } = opened();
  const came = testEnvelope({ id: 'came', correlationid: 'talk', causationid: 'before' });
  await store.inbox.add([testEntry({ id: 'came', json: JSON.stringify(came) }), entry('stranger')]);
  await finish(store, await claimOne(store, { limit: 1 }));
  const transaction = store.begin({ readOnly: false });
  await transaction.append({ outgoing: [testEnvelope({ id: 'goes', correlationid: 'talk', causationid: 'came' })] });
  await transaction.commit();
  const seen = await view.conversation('talk', 10);
  expect(seen).toMatchObject([
    { part: 'inbox', id: 'came', state: 'handled', causationId: 'before', listener: 'listener' },
    { part: 'outbox', id: 'goes', state: 'waiting', causationId: 'came' },
  ]);
  expect(await view.conversation('goes', 10)).toEqual(seen);
  expect(await view.conversation('unknown', 10)).toEqual([]);
});

it('counts up to a limit and tells the last numbers', async () => {
  const { store, view } = opened();
  await store.inbox.add([entry('a'), entry('b'), entry('c')]);
  const { inbox, lastSeq } = await view.counts(2);
  expect(inbox.waiting).toEqual({ count: 2, isMore: true });
  expect(lastSeq).toEqual({ inbox: 3, outbox: 0 });
});
