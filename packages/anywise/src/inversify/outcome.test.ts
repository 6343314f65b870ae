import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Container } from 'inversify';
import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { command, event, query } from '../core/message/declare.js';
import type { ScopeOutcome } from '../core/ports/container.js';
import type { Store } from '../core/ports/store.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { eventually } from '../testing/eventually.js';
import { startBus } from '../test-support/start-bus.js';
import { inversify } from './container.js';

class Book extends command('travel.book', { data: z.object({ fails: z.boolean() }) }) {}
class Look extends query('travel.look', { data: z.object({ fails: z.boolean() }) }) {}
class Wait extends command('travel.wait') {}
class Booked extends event('travel.booked', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}

/** A resource elsewhere, such as a session of another database, which keeps or undoes what was done in it. */
class Session {
  constructor(private readonly log: ScopeOutcome[]) {}

  async [Symbol.asyncDispose](outcome: ScopeOutcome): Promise<void> {
    this.log.push(outcome);
  }
}

const full = new Error('no seats');
const stores: [name: string, store: () => Store | undefined][] = [
  ['no store', () => undefined],
  ['a store', memoryStore],
];

async function travel(store: Store | undefined, listened: (attempt: number) => Promise<void> = async () => undefined) {
  const log: ScopeOutcome[] = [];
  const waiting: (() => void)[] = [];
  const container = new Container();
  const adapter = inversify(container).scoped(Session, (bind) => bind.toResolvedValue(() => new Session(log), []));
  const handle = async ({ fails }: { readonly fails: boolean }): Promise<void> => {
    if (fails) throw full;
  };
  const items = [
    on(Book).inject({ session: Session }).handle(handle),
    on(Look).inject({ session: Session }).handle(handle),
    on(Wait)
      .inject({ session: Session })
      .handle(async () => new Promise<void>((resolve) => void waiting.push(resolve))),
    on(Booked)
      .inject({ session: Session })
      .retry({ attempts: 2, immediate: 2 })
      .listen(async (_event, { attempt }) => listened(attempt)),
  ];
  const contracts = [contract('travel', { Book, Look, Wait, Booked })];
  const bus = await startBus({ name: 'travel', items, contracts, container: adapter, ...(store && { store }) });
  return Object.assign(bus, { log, waiting });
}

describe.each(stores)('what is disposed of at the end of a message, with %s', (_name, store) => {
  it('learns that the message was handled', async () => {
    await using bus = await travel(store());
    await bus.send(new Book({ fails: false }));
    await bus.send(new Look({ fails: false }));
    expect(bus.log).toEqual([{ committed: true }, { committed: true }]);
  });

  it('learns why the message failed', async () => {
    await using bus = await travel(store());
    await expect(bus.send(new Book({ fails: true }))).rejects.toBe(full);
    await expect(bus.send(new Look({ fails: true }))).rejects.toBe(full);
    expect(bus.log).toEqual([
      { committed: false, error: full },
      { committed: false, error: full },
    ]);
  });

  it('learns that its sender gave up, once the handler has ended', async () => {
    await using bus = await travel(store());
    const controller = new AbortController();
    const sent = bus.send(new Wait(), { signal: controller.signal });
    await eventually(() => expect(bus.waiting).toHaveLength(1));
    controller.abort();
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
    expect(bus.log).toEqual([]);
    bus.waiting[0]?.();
    await eventually(() =>
      expect(bus.log).toEqual([{ committed: false, error: expect.objectContaining({ code: 'ABORTED' }) }]),
    );
  });
});

it('is told of each attempt of a listener', async () => {
  await using bus = await travel(memoryStore(), async (attempt) => {
    if (attempt === 1) throw full;
  });
  await bus.publish(new Booked({ id: 'a' }));
  await eventually(() => expect(bus.log).toEqual([{ committed: false, error: full }, { committed: true }]));
});
