import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contracts, get, GetPayment, note, Note, Pay, Place, services } from '../../test-support/remote-services.js';
import { unreliable } from '../../test-support/unreliable-transport.js';
import { eventually } from '../../testing/eventually.js';
import { Anywise } from '../bus/anywise.js';
import { AnywiseError } from '../errors/errors.js';
import { contract } from '../message/contract.js';
import { event, query } from '../message/declare.js';
import { on } from '../registry/on.js';

const lost = (): never => {
  throw new AnywiseError('UNAVAILABLE', 'the connection was lost', { retryable: true });
};
const noInstance = (): never => {
  throw new AnywiseError('NO_RESPONDER', 'no instance answers', { retryable: true });
};

/** Counts what payments handles. */
function counting() {
  const handled: number[] = [];
  const count = on(Pay).handle(async ({ amount }) => {
    handled.push(amount);
    return { id: `p${handled.length}`, amount };
  });
  return { handled, count };
}

describe('a request whose connection is lost', () => {
  it.each([
    ['a query', () => new GetPayment({ id: 'a' }), {}, 2],
    ['a command with a key', () => new Pay({ amount: 1 }), { idempotencyKey: 'k' }, 2],
    ['a command without one', () => new Pay({ amount: 1 }), {}, 1],
    ['a command without one, whatever is asked for', () => new Pay({ amount: 1 }), { retry: true }, 1],
    ['a query that is not to be repeated', () => new GetPayment({ id: 'a' }), { retry: false }, 1],
  ])('is sent again if that is safe: %s', async (_what, message, options, times) => {
    await using bus = await services({ between: unreliable([lost]) });
    const sent = bus.orders.send(message(), options);
    if (times === 2) await sent;
    else await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'id' in message() });
    expect(bus.between.requests).toHaveLength(times);
  });

  it('is sent again under its id, with the time that is left', async () => {
    await using bus = await services({ between: unreliable([lost, lost]) });
    await bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 60_000 });
    const requests = bus.between.requests;
    expect(new Set(requests.map(({ id }) => id)).size).toBe(1);
    const left = requests.map(({ timeoutms }) => Number(timeoutms));
    expect(left[0]).toBeLessThanOrEqual(60_000);
    expect(left[2]).toBeLessThan(Number(left[0]));
  });

  it('cannot be said later not to have been handled', async () => {
    await using bus = await services({ between: unreliable([lost, noInstance, noInstance]) });
    const sent = bus.orders.send(new Pay({ amount: 1 }), { idempotencyKey: 'k' });
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('gets the error of the last attempt when time is up', async () => {
    await using bus = await services({ between: unreliable(Array.from({ length: 100 }, () => lost)) });
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 400 });
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(bus.between.requests.length).toBeGreaterThan(1);
  });
});

describe('a request that no instance answers', () => {
  it('fails at once', async () => {
    await using bus = await services({ between: unreliable([noInstance]) });
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'NO_RESPONDER' });
  });

  it('is tried again if that is asked for, even a command without a key', async () => {
    const { handled, count } = counting();
    await using bus = await services({ payments: [get, count, note], between: unreliable([noInstance, noInstance]) });
    await expect(bus.orders.send(new Pay({ amount: 3 }), { retry: true })).resolves.toMatchObject({ amount: 3 });
    expect(handled).toEqual([3]);
  });

  it('ends with that when its sender gives up while it waits for the next attempt', async () => {
    await using bus = await services({ between: unreliable(Array.from({ length: 100 }, () => noInstance)) });
    const controller = new AbortController();
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { retry: true, signal: controller.signal });
    const outcome = expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
    await eventually(() => expect(bus.between.requests.length).toBeGreaterThan(1));
    controller.abort();
    await outcome;
  });
});

describe('a command with an idempotency key', () => {
  it('is handled once in the other service, and everybody gets its reply', async () => {
    const { handled, count } = counting();
    await using bus = await services({ payments: [get, count, note] });
    const send = () => bus.orders.send(new Pay({ amount: 5 }), { idempotencyKey: 'k' });
    await expect(Promise.all([send(), send(), send()])).resolves.toEqual(Array(3).fill({ id: 'p1', amount: 5 }));
    await expect(bus.payments.send(new Pay({ amount: 5 }), { idempotencyKey: 'k' })).resolves.toMatchObject({
      id: 'p1',
    });
    expect(handled).toEqual([5]);
  });

  it('and other data is a conflict', async () => {
    await using bus = await services();
    await bus.orders.send(new Pay({ amount: 5 }), { idempotencyKey: 'k' });
    const other = bus.orders.send(new Pay({ amount: 6 }), { idempotencyKey: 'k' });
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', retryable: false });
  });

  it.each(['', 'x'.repeat(513), 'a\0b'])(
    'is refused with a key that no store could keep: %j',
    async (idempotencyKey) => {
      await using bus = await services();
      const sent = bus.orders.send(new Pay({ amount: 5 }), { idempotencyKey });
      await expect(sent).rejects.toMatchObject({ code: 'INVALID_ENVELOPE' });
    },
  );
});

class Placed extends event('orders.placed', {
  data: z.object({ id: z.string(), amounts: z.array(z.number()) }),
  entityId: ({ id }) => id,
}) {}
class Report extends query('orders.report', { reply: z.string() }) {}
const more = contract('orders', { Placed, Report, Place });
const place = on(Place).handle(async () => '');

describe('a command that a handler sends to another service', () => {
  it('gets a key from a listener that is the same in every attempt, one for each command', async () => {
    const { handled, count } = counting();
    let attempts = 0;
    const listen = on(Placed)
      .named('pay')
      .retry({ attempts: 5, firstDelayMs: 1 })
      .inject({ anywise: Anywise })
      .listen(async ({ amounts }, _context, { anywise }) => {
        for (const amount of amounts) await anywise.send(new Pay({ amount }));
        if (++attempts < 3) throw new Error('not yet');
      });
    await using bus = await services({
      payments: [get, count, note],
      orders: [place, on(Report).handle(async () => ''), listen],
      contracts: [...contracts.slice(0, 1), more],
    });
    await bus.orders.publish(new Placed({ id: 'o1', amounts: [3, 4, 3] }));
    await eventually(() => expect(attempts).toBe(3));
    expect(handled).toEqual([3, 4, 3]);
  });

  it('stays handled when the handler rolls back, and warns of that once for each type', async () => {
    const { handled, count } = counting();
    const warned: string[] = [];
    const quiet = (): void => undefined;
    const logger = { debug: quiet, info: quiet, error: quiet, warn: (_: unknown, text: string) => warned.push(text) };
    const outer = on(Place)
      .inject({ anywise: Anywise })
      .handle(async ({ amount }, _context, { anywise }) => {
        await anywise.send(new Pay({ amount }));
        await anywise.send(new Note({ text: 'x' }), { idempotencyKey: `note-${amount}` });
        throw new Error('no order');
      });
    await using bus = await services({
      payments: [get, count, note],
      orders: [outer, on(Report).handle(async () => '')],
      contracts: [...contracts.slice(0, 1), more],
      ordersLogger: logger,
    });
    for (const amount of [1, 2]) {
      await expect(bus.orders.send(new Place({ amount }))).rejects.toThrow('no order');
    }
    expect(handled).toEqual([1, 2]);
    expect(warned).toMatchInlineSnapshot(`
      [
        "\`payments.pay\` was sent to another service within a handler, without an idempotency key. It is not part of the handler's transaction: it stays handled if that fails, and is handled again if that is repeated. Use \`enqueue\`, or give it a key.",
      ]
    `);
  });

  it('is refused in a query, which may ask queries', async () => {
    const report = on(Report)
      .inject({ anywise: Anywise })
      .handle(async (_query, _context, { anywise }) => {
        const payment = await anywise.send(new GetPayment({ id: 'a' }));
        await anywise.send(new Pay({ amount: 1 }));
        return String(payment?.id);
      });
    const { handled, count } = counting();
    await using bus = await services({
      payments: [get, count, note],
      orders: [place, report],
      contracts: [...contracts.slice(0, 1), more],
    });
    await expect(bus.orders.send(new Report())).rejects.toThrowErrorMatchingInlineSnapshot(
      `"A query sent the command \`payments.pay\` to another service. Queries only read: make it a command."`,
    );
    expect(handled).toEqual([]);
  });
});

it('keys of listeners fit into an attribute, however long their names are', async () => {
  const { handled, count } = counting();
  const listen = on(Placed)
    .named('x'.repeat(480))
    .inject({ anywise: Anywise })
    .listen(async (_event, _context, { anywise }) => {
      await anywise.send(new Pay({ amount: 1 }));
    });
  await using bus = await services({
    payments: [get, count, note],
    orders: [place, on(Report).handle(async () => ''), listen],
    contracts: [...contracts.slice(0, 1), more],
  });
  await bus.orders.publish(new Placed({ id: 'o1', amounts: [] }));
  await eventually(() => expect(handled).toEqual([1]));
});
