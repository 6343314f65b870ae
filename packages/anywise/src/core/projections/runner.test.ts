import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { memoryStore } from '../../memory/store.js';
import { startBus } from '../../test-support/start-bus.js';
import { eventually } from '../../testing/eventually.js';
import { Entities } from '../entities/entities.js';
import { entity } from '../entities/entity.js';
import { event } from '../message/declare.js';
import type { OnDead } from '../ports/inbox.js';
import type { Store } from '../ports/store.js';
import { projection } from './projection.js';

const data = z.object({ id: z.string() });
const entityId = ({ id }: { readonly id: string }): string => id;

/** A process with the code of a version of the event, which notes what it takes in. */
async function processOf(store: Store, version: 1 | 2, takes: (id: string) => void, onDead: OnDead = 'block') {
  class Noted extends event('test.noted', {
    ...{ data, entityId, version },
    ...(version === 2 && { upcast: { 1: (old: { readonly id: string }) => old } }),
  }) {}
  const note = entity('test.note', { state: data }).create(Noted, ({ id }) => ({ id }));
  const list = projection('test.notes', { version: 1, tables: {} })
    .on(Noted, ({ id }) => takes(id))
    .onDead(onDead);
  const bus = await startBus({ store, items: [note, list] });
  const append = (id: string): Promise<void> =>
    bus.transaction(async (tx) => {
      const loaded = await (await tx.get(Entities)).load(note, id);
      await loaded.append(new Noted({ id }));
    });
  return { bus, list, append, [Symbol.asyncDispose]: () => bus.stop() };
}

it('leaves an event that only newer code knows to a process that has it', async () => {
  const store = memoryStore();
  const byOld: string[] = [];
  const byNew: string[] = [];
  await using old = await processOf(store, 1, (id) => byOld.push(id));
  await old.append('a');
  await old.bus.projected(old.list);
  await using newer = await processOf(store, 2, (id) => byNew.push(id));
  await newer.append('b');
  await eventually(() => expect([byOld, byNew]).toEqual([['a'], ['b']]));
});

it('takes in what comes before an event that it cannot take in, once', async () => {
  const store = memoryStore();
  {
    await using before = await processOf(store, 1, () => undefined);
    for (const id of ['a', 'b', 'bad', 'c']) await before.append(id);
    await before.bus.projected(before.list);
  }
  await store.projections?.rebuild({ name: 'test.notes', version: 1 });
  const asked: string[] = [];
  await using after = await processOf(store, 1, (id) => {
    asked.push(id);
    if (id === 'bad') throw new Error('no');
  });
  await eventually(async () => {
    const rebuilt = (await after.bus.status())?.projections.find(({ generation }) => generation === 2);
    expect(rebuilt).toMatchObject({
      state: 'building',
      position: 2,
      behind: 2,
      error: '`test.noted` at position 3: no',
    });
  });
  expect(await after.bus.check()).toEqual(['the projection test.notes@1 is stuck']);
  // The batch once, what is before the event, and the event alone.
  expect(asked.slice(0, 6)).toEqual(['a', 'b', 'bad', 'a', 'b', 'bad']);
});

it('skips an event that no process knows, once newer ones had their chance, if it is to skip', async () => {
  const store = memoryStore();
  {
    await using newer = await processOf(store, 2, () => undefined);
    await newer.append('a');
    await newer.bus.projected(newer.list);
  }
  await store.projections?.rebuild({ name: 'test.notes', version: 1 });
  const taken: string[] = [];
  await using old = await processOf(store, 1, (id) => taken.push(id), 'skip');
  await old.append('b');
  await eventually(async () => {
    const rebuilt = (await old.bus.status())?.projections.find(({ generation }) => generation === 2);
    expect(rebuilt).toMatchObject({ state: 'live', behind: 0, skipped: 1 });
  });
  expect(taken).toEqual(['b', 'b']);
});
