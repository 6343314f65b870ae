import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { memoryBroker } from '../../memory/transport.js';
import { startBus } from '../../test-support/start-bus.js';
import { Declined, get, GetPayment, note, pay, Pay, payments, services } from '../../test-support/remote-services.js';
import { TerminalError } from '../errors/errors.js';
import { contract } from '../message/contract.js';
import { query } from '../message/declare.js';
import { on } from '../registry/on.js';

describe('what fails in another service', () => {
  /** What the sender gets where the handler throws this. */
  async function failure(thrown: unknown): Promise<unknown> {
    const fail = on(Pay).handle(() => {
      throw thrown;
    });
    await using bus = await services({ payments: [get, fail, note] });
    return await bus.orders.send(new Pay({ amount: 1 })).catch((error: unknown) => error);
  }

  it('comes back as the domain error that the contract declares, class and data', async () => {
    const error = await failure(new Declined({ reason: 'funds' }));
    expect(error).toBeInstanceOf(Declined);
    expect(error).toMatchObject({ data: { reason: 'funds' }, message: 'declined: funds' });
  });

  it('comes back as a value of `trySend`', async () => {
    const decline = on(Pay).handle(async () => Promise.reject(new Declined({ reason: 'funds' })));
    await using bus = await services({ payments: [get, decline, note] });
    const tried = await bus.orders.trySend(new Pay({ amount: 1 }));
    expect(tried.ok ? undefined : tried.error.data).toEqual({ reason: 'funds' });
  });

  it('says nothing that only that service may know', async () => {
    const error = (await failure(new Error('password=hunter2'))) as Error & { id: string };
    expect(error).toMatchObject({ code: 'REMOTE_FAILED', retryable: true });
    expect(error.message).toMatch(/^`payments\.pay` \([\w-]+\) failed in `payments`, whose log says why/);
    expect(JSON.stringify(error) + error.message).not.toContain('hunter2');
  });

  it('is in the log of that service, with the id that the sender gets', async () => {
    const logged: unknown[] = [];
    const quiet = () => undefined;
    const logger = { debug: quiet, info: quiet, warn: quiet, error: (entry: unknown) => logged.push(entry) };
    const cause = new Error('disk full');
    const fail = on(Pay).handle(() => Promise.reject(cause));
    await using bus = await services({ payments: [get, fail, note], logger: logger });
    const error = await bus.orders.send(new Pay({ amount: 1 })).catch((thrown: unknown) => thrown as Error);
    expect(logged).toMatchObject([{ type: 'payments.pay', source: '/orders', err: cause }]);
    expect((error as Error).message).toContain((logged[0] as { id: string }).id);
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  it.each([
    ['undefined', undefined, true],
    ['null', null, true],
    ['a text', 'no', true],
    ['a bigint', 5n, true],
    ['a symbol', Symbol('no'), true],
    ['an object without a prototype', Object.create(null), true],
    ['a revoked proxy', revoked.proxy, true],
    ['an error whose message throws', Object.defineProperty(new Error('x'), 'message', { get: () => fail() }), true],
    ['a terminal error', new TerminalError('no'), false],
  ])('fails whatever was thrown: %s', async (_what, thrown, retryable) => {
    expect(await failure(thrown)).toMatchObject({ code: 'REMOTE_FAILED', retryable });
  });

  it.each<[string, unknown]>([
    ['a reply that does not fit the contract', { id: 5 }],
    ['no reply', undefined],
    ['data that contains itself', cyclic()],
    ['what JSON cannot hold', { id: 'a', amount: 5n }],
  ])('fails on %s, without its reason', async (_what, reply) => {
    const wrong = on(Pay).handle(async () => reply as never);
    await using bus = await services({ payments: [get, wrong, note] });
    await expect(bus.orders.send(new Pay({ amount: 1 }))).rejects.toMatchObject({
      code: 'REMOTE_FAILED',
      retryable: false,
    });
  });

  it('fails on a reply that is too large, with its size', async () => {
    const large = on(GetPayment).handle(async () => ({ id: 'x'.repeat(2_000_000), amount: 1 }));
    await using bus = await services({ payments: [large, pay, note] });
    await expect(bus.orders.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
  });

  it('says which data of the request is wrong where the other contract demands more', async () => {
    class Stricter extends query('payments.get', { data: z.object({ id: z.string().min(3) }) }) {}
    const broker = memoryBroker();
    await using _seller = await startBus({
      name: 'payments',
      contracts: [contract('payments', { Stricter })],
      items: [on(Stricter).handle(async () => undefined)],
      transport: broker.connect(),
    });
    await using buyer = await startBus({ name: 'orders', contracts: [payments], transport: broker.connect() });
    await expect(buyer.send(new GetPayment({ id: 'a' }))).rejects.toMatchObject({
      name: 'InvalidMessageError',
      code: 'INVALID_MESSAGE',
      issues: [{ path: ['id'] }],
    });
  });

  it.each([
    ['newer than the other service knows', 2, 1, true],
    ['older, without a way up', 1, 2, false],
  ])('says that it cannot read a version that is %s', async (_what, ours, theirs, retryable) => {
    class Ours extends query('payments.get', { version: ours }) {}
    class Theirs extends query('payments.get', { version: theirs }) {}
    const broker = memoryBroker();
    await using _seller = await startBus({
      name: 'payments',
      contracts: [contract('payments', { Theirs })],
      items: [on(Theirs).handle(async () => undefined)],
      transport: broker.connect(),
    });
    await using buyer = await startBus({
      name: 'orders',
      contracts: [contract('payments', { Ours })],
      transport: broker.connect(),
    });
    await expect(buyer.send(new Ours())).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION', retryable });
  });

  it('brings an old version up to the one of the other service', async () => {
    class Old extends query('payments.get', { data: z.object({ id: z.string() }), reply: z.string() }) {}
    class New extends query('payments.get', {
      version: 2,
      data: z.object({ key: z.string() }),
      reply: z.string(),
      upcast: { 1: ({ id }: { id: string }) => ({ key: id }) },
    }) {}
    const broker = memoryBroker();
    await using _seller = await startBus({
      name: 'payments',
      contracts: [contract('payments', { New })],
      items: [on(New).handle(async ({ key }) => `key ${key}`)],
      transport: broker.connect(),
    });
    await using buyer = await startBus({
      name: 'orders',
      contracts: [contract('payments', { Old })],
      transport: broker.connect(),
    });
    await expect(buyer.send(new Old({ id: 'a' }))).resolves.toBe('key a');
  });
});

function cyclic(): unknown {
  const data: Record<string, unknown> = { id: 'a' };
  data.amount = data;
  return data;
}

function fail(): never {
  throw new Error('no');
}
