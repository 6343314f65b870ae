import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { TerminalError } from '../errors/errors.js';
import { contextKey } from '../message/context.js';
import { contract } from '../message/contract.js';
import { memoryStore } from '../../memory/store.js';
import { command, event, query } from '../message/declare.js';
import { on } from '../registry/on.js';
import { type } from '../message/schema.js';
import type { Store } from '../ports/store.js';
import { eventually } from '../../testing/eventually.js';
import { startBus } from '../../test-support/start-bus.js';

class Pay extends command('payments.pay', {
  data: z.object({ amount: z.number(), note: z.string().optional() }),
  reply: z.object({ payment: z.number() }),
}) {}
class Paid extends event('payments.paid', { data: z.object({ amount: z.number() }), entityId: () => 'p' }) {}
class CountPayments extends query('payments.count-payments', { reply: z.number() }) {}

/** A bus that numbers its payments, and can be told to fail. */
async function payments(store: Store = memoryStore()) {
  const handled: number[] = [];
  const heard: number[] = [];
  const pay = on(Pay)
    .inject({ anywise: Anywise })
    .handle(async ({ amount }, _context, { anywise }) => {
      handled.push(amount);
      await anywise.publish(new Paid({ amount }));
      if (amount < 0) throw new Error('negative');
      return { payment: handled.length };
    });
  const bus = await startBus({
    name: 'payments',
    items: [
      pay,
      on(CountPayments).handle(async () => handled.length),
      on(Paid).listen(({ amount }) => void heard.push(amount)),
    ],
    contracts: [contract('payments', { Pay, Paid, CountPayments })],
    store,
  });
  return Object.assign(bus, { handled, heard });
}

describe('a command with an idempotency key', () => {
  it('is handled once, and everybody gets the same reply', async () => {
    await using bus = await payments();
    const options = { idempotencyKey: 'k1' };
    await expect(bus.send(new Pay({ amount: 5, note: 'x' }), options)).resolves.toEqual({ payment: 1 });
    await expect(bus.send(new Pay({ note: 'x', amount: 5 }), options)).resolves.toEqual({ payment: 1 });
    expect(bus.handled).toEqual([5]);
    await eventually(() => expect(bus.heard).toEqual([5]));
  });

  it('is handled once where it is sent twice at the same time', async () => {
    await using bus = await payments();
    const send = () => bus.send(new Pay({ amount: 5 }), { idempotencyKey: 'k1' });
    await expect(Promise.all([send(), send(), send()])).resolves.toEqual([
      { payment: 1 },
      { payment: 1 },
      { payment: 1 },
    ]);
    expect(bus.handled).toEqual([5]);
  });

  it('is committed once where two processes handle it at the same time', async () => {
    const store = memoryStore();
    await using one = await payments(store);
    await using two = await payments(store);
    const replies = await Promise.all(
      [one, two].map((bus) => bus.send(new Pay({ amount: 5 }), { idempotencyKey: 'k1' })),
    );
    expect(replies[0]).toEqual(replies[1]);
    await eventually(() => expect([...one.heard, ...two.heard]).toEqual([5]));
    await Promise.all([one.stop(), two.stop()]);
    expect([...one.heard, ...two.heard]).toEqual([5]);
  });

  it('and other data is a conflict', async () => {
    await using bus = await payments();
    await bus.send(new Pay({ amount: 5 }), { idempotencyKey: 'k1' });
    const other = bus.send(new Pay({ amount: 6 }), { idempotencyKey: 'k1' });
    await expect(other).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`payments.pay\` was sent before with this idempotency key and other data. Use a new key for a new intent."`,
    );
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('and another key is another command', async () => {
    await using bus = await payments();
    await bus.send(new Pay({ amount: 5 }), { idempotencyKey: 'k1' });
    await expect(bus.send(new Pay({ amount: 5 }), { idempotencyKey: 'k2' })).resolves.toEqual({ payment: 2 });
  });

  it('that fails keeps nothing, and can be sent again', async () => {
    await using bus = await payments();
    const send = () => bus.send(new Pay({ amount: -1 }), { idempotencyKey: 'k1' });
    await expect(send()).rejects.toThrow('negative');
    await expect(send()).rejects.toThrow('negative');
    expect(bus.handled).toEqual([-1, -1]);
  });

  it('needs a store', async () => {
    const bus = await startBus({ items: [on(Pay).handle(async () => ({ payment: 1 }))] });
    await expect(bus.send(new Pay({ amount: 1 }), { idempotencyKey: 'k1' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`payments.pay\` was sent with an idempotency key, but the bus has no store. Pass one as \`store\`."`,
    );
    await bus.stop();
  });
});

it('a query with an idempotency key is answered afresh', async () => {
  await using bus = await payments();
  await expect(bus.send(new CountPayments(), { idempotencyKey: 'k1' })).resolves.toBe(0);
  await bus.send(new Pay({ amount: 5 }));
  await expect(bus.send(new CountPayments(), { idempotencyKey: 'k1' })).resolves.toBe(1);
});

describe('a kept reply', () => {
  class Transfer extends command('payments.transfer', {
    data: z.object({ amount: z.int(), id: z.string().default(() => randomUUID()) }),
    reply: type<string>(),
  }) {}
  const User = contextKey<string>('user');

  it('is given only to those whom the guards let through', async () => {
    let handled = 0;
    const transfer = on(Transfer).handle(async () => `done ${++handled}`);
    const onlyAda = on(Transfer).before((_command, context) => {
      if (context.get(User) !== 'ada') throw new TerminalError('not yours');
    });
    await using bus = await startBus({
      name: 'payments',
      items: [transfer, onlyAda],
      contracts: [contract('payments', { Transfer })],
      store: memoryStore(),
    });
    const send = (user: string) =>
      bus.send(new Transfer({ amount: 5 }), { idempotencyKey: 'k', context: [User(user)] });
    await expect(send('ada')).resolves.toBe('done 1');
    await expect(send('mallory')).rejects.toThrow('not yours');
    await expect(send('ada')).resolves.toBe('done 1');
  });

  it('goes through guards that change replies once, as the first one did', async () => {
    const transfer = on(Transfer).handle(async () => 'done');
    const signed = on(Transfer).after((_command, _context, reply) => `${reply}, signed`);
    await using bus = await startBus({
      name: 'payments',
      items: [transfer, signed],
      contracts: [contract('payments', { Transfer })],
      store: memoryStore(),
    });
    const send = () => bus.send(new Transfer({ amount: 5 }), { idempotencyKey: 'k' });
    await expect(send()).resolves.toBe('done, signed');
    await expect(send()).resolves.toBe('done, signed');
  });

  it('is given for the same input, whatever defaults its schema makes up', async () => {
    const transfer = on(Transfer).handle(async ({ id }) => id);
    await using bus = await startBus({
      name: 'payments',
      items: [transfer],
      contracts: [contract('payments', { Transfer })],
      store: memoryStore(),
    });
    const first = await bus.send(new Transfer({ amount: 5 }), { idempotencyKey: 'k' });
    await expect(bus.send(new Transfer({ amount: 5 }), { idempotencyKey: 'k' })).resolves.toBe(first);
    await expect(bus.send(new Transfer({ amount: 6 }), { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });
});

describe('an idempotency key', () => {
  it.each(['', 'x'.repeat(513), 'a\0b', '\ud800'])(
    'that no store could keep is refused: %p',
    async (idempotencyKey) => {
      await using bus = await payments();
      await expect(bus.send(new Pay({ amount: 5 }), { idempotencyKey })).rejects.toMatchObject({
        code: 'INVALID_ENVELOPE',
        message: expect.stringMatching(/`payments.pay`.*`idempotencyKey`/) as unknown,
      });
      expect(bus.handled).toEqual([]);
    },
  );
});
