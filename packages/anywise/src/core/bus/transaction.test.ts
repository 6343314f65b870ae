import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from './anywise.js';
import { contextKey } from '../message/context.js';
import { contract } from '../message/contract.js';
import { memoryStore } from '../../memory/store.js';
import { command, event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { eventually } from '../../testing/eventually.js';
import { startBus, type StartBusOptions } from '../../test-support/start-bus.js';

class Pay extends command('payments.pay', { data: z.object({ id: z.string() }), reply: z.string() }) {}
class Paid extends event('payments.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}
const contracts = [contract('payments', { Pay, Paid })];

const CurrentUser = contextKey<string>('current-user');

const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ id }, context, { anywise }) => {
    if (id === 'slow') await new Promise(setImmediate);
    await anywise.publish(new Paid({ id }));
    return context.find(CurrentUser) ?? 'nobody';
  });

function start(heard: string[], options: StartBusOptions = {}) {
  const hear = on(Paid).listen(({ id }) => void heard.push(id));
  return startBus({ name: 'payments', contracts, store: memoryStore(), items: [pay, hear], ...options });
}

describe('a transaction outside of handlers', () => {
  it('commits what it published and sent, and gives what the work gives', async () => {
    const heard: string[] = [];
    await using bus = await start(heard);
    const result = await bus.transaction(async (tx) => {
      await tx.publish(new Paid({ id: 'p1' }));
      await tx.send(new Pay({ id: 'p2' }));
      expect(heard).toEqual([]);
      return 'done';
    });
    expect(result).toBe('done');
    await eventually(() => expect(heard.toSorted()).toEqual(['p1', 'p2']));
  });

  it('commits nothing where the work fails', async () => {
    const heard: string[] = [];
    await using bus = await start(heard);
    const work = bus.transaction(async (tx) => {
      await tx.publish(new Paid({ id: 'lost' }));
      await tx.enqueue(new Pay({ id: 'lost' }));
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await bus.publish(new Paid({ id: 'p1' }));
    await eventually(() => expect(heard).toEqual(['p1']));
  });

  it('passes its context on', async () => {
    await using bus = await start([]);
    const work = (tx: Pick<Anywise, 'send'>) => tx.send(new Pay({ id: 'p1' }));
    await expect(bus.transaction(work, { context: [CurrentUser('ada')] })).resolves.toBe('ada');
  });

  it('tells of a call that was not awaited, and commits nothing', async () => {
    const heard: string[] = [];
    await using bus = await start(heard);
    const work = bus.transaction(async (tx) => void tx.send(new Pay({ id: 'slow' })));
    await expect(work).rejects.toMatchObject({ code: 'NOT_AWAITED' });
    await bus.publish(new Paid({ id: 'p1' }));
    await eventually(() => expect(heard).toEqual(['p1']));
  });

  it('cannot be used when it has ended', async () => {
    await using bus = await start([]);
    const tx = await bus.transaction(async (open) => open);
    await expect(tx.publish(new Paid({ id: 'p1' }))).rejects.toMatchObject({ code: 'NOT_AWAITED' });
  });

  it('is refused by a bus that does not run', async () => {
    const bus = await start([]);
    await bus.stop();
    await expect(bus.transaction(async () => 1)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });
});

it("a transaction on a handler's bus is part of the handler's", async () => {
  const heard: string[] = [];
  const failing = on(Pay)
    .inject({ anywise: Anywise })
    .handle(async ({ id }, _context, { anywise }) => {
      await anywise.transaction((tx) => tx.publish(new Paid({ id })));
      if (id === 'lost') throw new Error('declined');
      return 'paid';
    });
  const hear = on(Paid).listen(({ id }) => void heard.push(id));
  await using bus = await start([], { items: [failing, hear] });
  await expect(bus.send(new Pay({ id: 'lost' }))).rejects.toThrow('declined');
  await bus.send(new Pay({ id: 'p1' }));
  await eventually(() => expect(heard).toEqual(['p1']));
});
