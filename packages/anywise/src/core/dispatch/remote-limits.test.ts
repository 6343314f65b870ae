import { describe, expect, it } from '@jest/globals';
import {
  get,
  GetPayment,
  note,
  pay,
  Pay,
  Place,
  place,
  GetOrder,
  getOrder,
  services,
} from '../../test-support/remote-services.js';
import { unreliable } from '../../test-support/unreliable-transport.js';
import { eventually } from '../../testing/eventually.js';
import { Anywise } from '../bus/anywise.js';
import type { Context } from '../message/context.js';
import { on } from '../registry/on.js';

const forEver = new Promise<never>(() => undefined);

/** A handler that never ends by itself, and shows its contexts. */
function hanging() {
  const contexts: Context[] = [];
  const hang = on(GetPayment).handle(async (_query, context) => {
    contexts.push(context);
    return forEver;
  });
  return { contexts, hang };
}

describe('the wait for another service', () => {
  it('ends when the time of the send is up, and with it the signal of the handler', async () => {
    const { contexts, hang } = hanging();
    await using bus = await services({ payments: [hang, pay, note] });
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 300 });
    const { message, code, retryable } = (await sent.catch((error: unknown) => error)) as Error & {
      code: string;
      retryable: boolean;
    };
    expect({ code, retryable }).toEqual({ code: 'TIMEOUT', retryable: true });
    // Both sides count the time, and a busy machine decides whose is up first.
    expect(message).toMatch(
      /got no answer from `payments` within 300 ms|was not handled in the time that its sender had left/,
    );
    await eventually(() => expect(contexts[0]?.signal.aborted).toBe(true));
  });

  it('does not say that a command is safe to send again, unless it has a key', async () => {
    await using bus = await services({ between: unreliable([() => forEver, () => forEver]) });
    const outcome = (idempotencyKey?: string) =>
      bus.orders.send(new Pay({ amount: 1 }), {
        timeoutMs: 20,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      });
    await expect(outcome()).rejects.toMatchObject({ code: 'TIMEOUT', retryable: false });
    await expect(outcome('k')).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('ends with the default of the bus, even if the transport does not', async () => {
    await using bus = await services({ remoteTimeoutMs: 20, between: unreliable([() => forEver]) });
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('is no longer than what the caller has left', async () => {
    const { contexts, hang } = hanging();
    const ask = on(Place)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        await anywise.send(new GetPayment({ id: 'a' }), { timeoutMs: 100_000 });
        return 'placed';
      });
    await using bus = await services({ payments: [hang, pay, note], orders: [ask, getOrder] });
    const began = Date.now();
    const sent = bus.orders.send(new Place({ amount: 1 }), { timeoutMs: 1_000 });
    await expect(sent).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(Number(contexts[0]?.deadline)).toBeLessThan(began + 20_000);
    await eventually(() => expect(contexts[0]?.signal.aborted).toBe(true));
  });

  it('ends when the sender gives up: before, and during; after that nothing happens', async () => {
    const { contexts, hang } = hanging();
    await using bus = await services({ payments: [hang, pay, note] });
    const before = bus.orders.send(new GetPayment({ id: 'a' }), { signal: AbortSignal.abort() });
    await expect(before).rejects.toMatchObject({ code: 'ABORTED' });
    expect(contexts).toEqual([]);
    const controller = new AbortController();
    const during = bus.orders.send(new GetPayment({ id: 'a' }), { signal: controller.signal });
    const outcome = expect(during).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
    await eventually(() => expect(contexts).toHaveLength(1));
    controller.abort('enough');
    await outcome;
    await eventually(() => expect(contexts[0]?.signal.aborted).toBe(true));
    const after = new AbortController();
    await expect(bus.orders.send(new Pay({ amount: 1 }), { signal: after.signal })).resolves.toMatchObject({
      id: 'p1',
    });
    after.abort();
  });

  it('ends although two services ask each other in a circle', async () => {
    let asked = 0;
    const askBack = on(GetPayment)
      .inject({ anywise: Anywise })
      .handle(async (_query, _context, { anywise }) => {
        asked++;
        await anywise.send(new GetOrder());
        return null;
      });
    const askOn = on(GetOrder)
      .inject({ anywise: Anywise })
      .handle(async (_query, _context, { anywise }) => anywise.send(new GetPayment({ id: 'a' })));
    await using bus = await services({ payments: [askBack, pay, note], orders: [place, askOn] });
    // The inner limits end a moment before the outer one.
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 200 });
    const code = expect.stringMatching(/^(TIMEOUT|REMOTE_FAILED)$/) as unknown;
    await expect(sent).rejects.toMatchObject({ code });
    expect(asked).toBeGreaterThan(1);
    const settled = async (): Promise<void> => {
      const before = asked;
      await new Promise(setImmediate);
      expect(asked).toBe(before);
    };
    await eventually(settled);
  });
});

describe('a service that is asked too much', () => {
  it('handles as many requests at once as its concurrency, lets ten times as many wait, and refuses others', async () => {
    let inHand = 0;
    let most = 0;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const slow = on(GetPayment).handle(async () => {
      most = Math.max(most, ++inHand);
      await opened;
      inHand--;
      return null;
    });
    await using bus = await services({ payments: [slow, pay, note], concurrency: 2 });
    const sent = Array.from({ length: 23 }, () => bus.orders.send(new GetPayment({ id: 'a' })));
    await expect(sent[22]).rejects.toMatchObject({ code: 'OVERLOADED', retryable: true });
    await eventually(() => expect(inHand).toBe(2));
    open();
    await expect(Promise.all(sent.slice(0, 22))).resolves.toEqual(Array(22).fill(null));
    expect(most).toBe(2);
  });

  it('is asked again if its sender wants that', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const slow = on(GetPayment).handle(async () => {
      await opened;
      return null;
    });
    await using bus = await services({ payments: [slow, pay, note], concurrency: 1 });
    const first = Array.from({ length: 11 }, () => bus.orders.send(new GetPayment({ id: 'a' })));
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'OVERLOADED' });
    const patient = bus.orders.send(new GetPayment({ id: 'a' }), { retry: true, timeoutMs: 60_000 });
    await eventually(() => expect(bus.between.requests.length).toBeGreaterThan(13));
    open();
    await expect(patient).resolves.toBeNull();
    await Promise.all(first);
  });
});

describe('a bus that stops', () => {
  it('answers what it has in hand, and takes no more', async () => {
    let open = (): void => undefined;
    let began = false;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const slow = on(GetPayment).handle(async () => {
      began = true;
      await opened;
      return { id: 'late', amount: 1 };
    });
    await using bus = await services({ payments: [slow, pay, note] });
    const inHand = bus.orders.send(new GetPayment({ id: 'a' }));
    await eventually(() => expect(began).toBe(true));
    const stopped = bus.payments.stop({ timeoutMs: 30_000 });
    await eventually(async () => {
      await expect(bus.orders.send(new Pay({ amount: 1 }))).rejects.toMatchObject({ code: 'NO_RESPONDER' });
    });
    open();
    await expect(inHand).resolves.toEqual({ id: 'late', amount: 1 });
    await stopped;
  });

  it('tells those that it could not answer within its limit that they failed', async () => {
    const { contexts, hang } = hanging();
    await using bus = await services({ payments: [hang, pay, note] });
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 60_000 });
    const outcome = expect(sent).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
    await eventually(() => expect(contexts).toHaveLength(1));
    await bus.payments.stop({ timeoutMs: 50 });
    await outcome;
    expect(contexts[0]?.signal.aborted).toBe(true);
  });

  it('ends its own waits for others at its limit', async () => {
    const { contexts, hang } = hanging();
    await using bus = await services({ payments: [hang, pay, note] });
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 60_000 });
    const outcome = expect(sent).rejects.toMatchObject({ code: 'NOT_RUNNING', retryable: true });
    await eventually(() => expect(contexts).toHaveLength(1));
    await bus.orders.stop({ timeoutMs: 50 });
    await outcome;
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });
});

it('a service without a handler of a message that it owns does not start, as before', async () => {
  await expect(services({ payments: [get, pay] })).rejects.toMatchObject({ code: 'INVALID_SETUP' });
});
