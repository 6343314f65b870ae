import { describe, expect, it } from '@jest/globals';
import { get, GetPayment, note, pay, Pay, services } from '../../test-support/remote-services.js';
import { unreliable, type Unreliable } from '../../test-support/unreliable-transport.js';
import { eventually } from '../../testing/eventually.js';
import { AnywiseError } from '../errors/errors.js';
import type { Logger } from '../ports/logger.js';
import { on } from '../registry/on.js';

const forEver = new Promise<never>(() => undefined);

interface Line {
  readonly level: string;
  readonly details: object;
  readonly text: string;
}

/** A log of what was said about requests. */
function recorded() {
  const lines: Line[] = [];
  const at = (level: string) => (details: object, text: string) => {
    if (/request/i.test(text)) lines.push({ level, details, text });
  };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, logger };
}

/** The code of a handler that never ends by itself, and notes its calls. */
function hanging() {
  const calls: string[] = [];
  const hang = async ({ type }: { readonly type: string }): Promise<never> => {
    calls.push(type);
    return forEver;
  };
  return { calls, hang };
}

/** The way to a service that is not told when the sender gives up. */
function deaf(): Unreliable {
  const way = unreliable([]);
  return {
    requests: way.requests,
    over: (transport) => ({
      ...way.over(transport),
      request: async (envelope) => {
        if (transport.request === undefined) throw new Error('the transport carries no requests');
        return transport.request(envelope, { signal: new AbortController().signal });
      },
    }),
  };
}

const givenUp = (type: string) => ({
  level: 'debug',
  details: { type, id: expect.any(String), source: '/orders' },
  text: 'The sender of a request gave up before it was answered',
});

describe('a request whose sender has given up is no error in the log, and has no stack:', () => {
  it('a query whose time is up', async () => {
    const { lines, logger } = recorded();
    const { hang } = hanging();
    await using bus = await services({ payments: [on(GetPayment).handle(hang), pay, note], logger });
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 50 });
    await expect(sent).rejects.toMatchObject({ code: 'TIMEOUT' });
    await eventually(() => expect(lines).toEqual([givenUp('payments.get')]));
  });

  it('a command whose time is up, where only the clock tells', async () => {
    const { lines, logger } = recorded();
    const { hang } = hanging();
    await using bus = await services({ payments: [get, on(Pay).handle(hang), note], logger, between: deaf() });
    const sent = bus.orders.send(new Pay({ amount: 1 }), { timeoutMs: 50 });
    await expect(sent).rejects.toMatchObject({ code: 'TIMEOUT' });
    await eventually(() => expect(lines).toEqual([givenUp('payments.pay')]));
  });

  it('one that is aborted', async () => {
    const { lines, logger } = recorded();
    const { calls, hang } = hanging();
    const controller = new AbortController();
    await using bus = await services({ payments: [on(GetPayment).handle(hang), pay, note], logger });
    const sent = bus.orders.send(new GetPayment({ id: 'a' }), { signal: controller.signal });
    const outcome = expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
    await eventually(() => expect(calls).toHaveLength(1));
    controller.abort(new Error('enough'));
    await outcome;
    await eventually(() => expect(lines).toEqual([givenUp('payments.get')]));
  });

  it('one that waits for its turn, and is not begun', async () => {
    const { lines, logger } = recorded();
    const { calls, hang } = hanging();
    const controller = new AbortController();
    await using bus = await services({ payments: [on(GetPayment).handle(hang), pay, note], logger, concurrency: 1 });
    const first = bus.orders.send(new GetPayment({ id: 'a' }), { signal: controller.signal });
    const aborted = expect(first).rejects.toMatchObject({ code: 'ABORTED' });
    await eventually(() => expect(calls).toHaveLength(1));
    const second = bus.orders.send(new GetPayment({ id: 'b' }), { timeoutMs: 50 });
    await expect(second).rejects.toMatchObject({ code: 'TIMEOUT' });
    await eventually(() => expect(lines).toEqual([givenUp('payments.get')]));
    controller.abort();
    await aborted;
    expect(calls).toHaveLength(1);
  });
});

it('a request whose time is up when its turn comes is not begun', async () => {
  const { lines, logger } = recorded();
  const calls: string[] = [];
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const slow = on(GetPayment).handle(async ({ id }) => {
    calls.push(id);
    await opened;
    return null;
  });
  await using bus = await services({ payments: [slow, pay, note], logger, concurrency: 1, between: deaf() });
  const first = bus.orders.send(new GetPayment({ id: 'a' }), { timeoutMs: 60_000 });
  await eventually(() => expect(calls).toEqual(['a']));
  const second = bus.orders.send(new GetPayment({ id: 'b' }), { timeoutMs: 50 });
  await expect(second).rejects.toMatchObject({ code: 'TIMEOUT' });
  // The clock of the other service began when the request came.
  const sentAt = performance.now();
  await eventually(() => expect(performance.now() - sentAt).toBeGreaterThan(100));
  open();
  await expect(first).resolves.toBeNull();
  await expect(bus.orders.send(new GetPayment({ id: 'c' }))).resolves.toBeNull();
  expect(calls).toEqual(['a', 'c']);
  expect(lines).toEqual([givenUp('payments.get')]);
});

it.each([
  ['a time limit of its own', new AnywiseError('TIMEOUT', '`stock.get` got no answer from `stock` within 5 ms')],
  ['what it has given up itself', new AnywiseError('ABORTED', '`stock.get` was aborted')],
  ['a failure', new Error('disk full')],
])('a request that fails by %s, while its sender waits, is an error in the log', async (_what, thrown) => {
  const { lines, logger } = recorded();
  const fail = on(GetPayment).handle(() => Promise.reject(thrown));
  await using bus = await services({ payments: [fail, pay, note], logger });
  await expect(bus.orders.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
  expect(lines).toMatchObject([{ level: 'error', details: { err: thrown } }]);
});
