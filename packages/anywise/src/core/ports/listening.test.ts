import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { memoryBroker } from '../../memory/transport.js';
import { startBus } from '../../test-support/start-bus.js';
import { contract } from '../message/contract.js';
import { GetPayment } from '../../test-support/remote-services.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { on } from '../registry/on.js';
import { LazySignal } from '../time/lazy-signal.js';
import { answerBy, listeningAnswer, listeningRequest, requestOver } from './listening.js';
import type { Answer, Transport } from './transport.js';

const request = testEnvelope({ kind: 'query', type: 'shop.ask' });
const forEver = new Promise<never>(() => undefined);
const enough = new Error('enough');

/** A transport of which only `request` is used. */
function over(ask: Transport['request']): Transport {
  const transport = memoryBroker().connect();
  return Object.assign(Object.create(transport) as Transport, { request: ask });
}

afterEach(() => void jest.restoreAllMocks());

describe('a request', () => {
  it('gives an abort signal to code that may pass it on', async () => {
    const seen: unknown[] = [];
    const stop = new LazySignal();
    const ask = async (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
      seen.push(signal);
      return request;
    };
    await requestOver(over(ask), request, stop);
    await answerBy((async (_, signal) => (seen.push(signal), request)) satisfies Answer, request, stop);
    expect(seen.map((signal) => signal instanceof AbortSignal)).toEqual([true, true]);
    stop.abort(enough);
    expect(seen.map((signal) => (signal as AbortSignal).reason as unknown)).toEqual([enough, enough]);
  });

  it('gives what it has itself to code that only listens', async () => {
    const seen: unknown[] = [];
    const see = async (_: unknown, signal: unknown) => (seen.push(signal), request);
    const stop = new LazySignal();
    await requestOver(over(listeningRequest(see)), request, stop);
    await answerBy(listeningAnswer(see), request, stop);
    expect(seen).toEqual([stop, stop]);
  });

  it('passes a signal on to code that only listens, if somebody else calls it', async () => {
    const seen: unknown[] = [];
    const see = async (_: unknown, signal: unknown) => (seen.push(signal), request);
    const { signal } = new AbortController();
    await listeningRequest(see)(request, { signal });
    await listeningAnswer(see)(request, signal);
    expect(seen).toEqual([signal, signal]);
  });

  it('ends when it is aborted, even if the transport overlooks that', async () => {
    const stop = new LazySignal();
    const asked = requestOver(
      over(() => forEver),
      request,
      stop,
    );
    stop.abort(enough);
    await expect(asked).rejects.toBe(enough);
  });

  it('needs a transport that carries requests', () => {
    expect(() => requestOver(over(undefined), request, new LazySignal())).toThrow('carries no requests');
  });

  it('is sent and answered without an abort signal, unless the handler asks for one', async () => {
    const made = jest.spyOn(AbortController.prototype, 'signal', 'get');
    const broker = memoryBroker();
    const signals: unknown[] = [];
    const look = on(GetPayment).handle(async ({ id }, context) => {
      if (id === 'look') signals.push(context.signal);
      return { id, amount: 1 };
    });
    const options = { contracts: [contract('payments', { GetPayment })], transport: broker.connect() };
    await using _seller = await startBus({ ...options, name: 'payments', items: [look], transport: broker.connect() });
    await using buyer = await startBus({ ...options, name: 'orders' });
    made.mockClear();
    await buyer.send(new GetPayment({ id: 'a' }));
    expect(made).not.toHaveBeenCalled();
    await buyer.send(new GetPayment({ id: 'look' }));
    expect(signals[0]).toBeInstanceOf(AbortSignal);
  });
});
