import { describe, expect, it } from '@jest/globals';
import { memoryBroker } from '../../memory/transport.js';
import { startBus } from '../../test-support/start-bus.js';
import { contracts, Declined, getOrder, Pay, place, services } from '../../test-support/remote-services.js';
import type { Envelope } from '../message/envelope.js';
import type { Transport } from '../ports/transport.js';

describe('the answer of a stranger', () => {
  /** What a sender gets whose transport answers this. */
  async function outcome(answer: (request: Envelope) => unknown): Promise<unknown> {
    const transport: Transport = Object.assign(Object.create(memoryBroker().connect()) as Transport, {
      request: async (request: Envelope) => {
        const base = { ...request, kind: 'reply', causationid: request.id, data: undefined };
        return Object.assign(base, answer(request));
      },
      publish: async () => [],
      subscribe: async () => ({ close: async () => undefined }),
      serve: async () => ({ close: async () => undefined }),
      check: async () => undefined,
      close: async () => undefined,
      capabilities: memoryBroker().connect().capabilities,
    });
    await using bus = await startBus({ name: 'orders', contracts, items: [place, getOrder], transport });
    return await bus.send(new Pay({ amount: 1 }), { timeoutMs: 30_000 }).catch((error: unknown) => error);
  }
  const error = (data: unknown) => () => ({ kind: 'error', data });

  it.each([
    ['a reply of another shape', () => ({ data: { id: 5 } }), 'UNREADABLE_MESSAGE'],
    ['a reply without data', () => ({}), 'UNREADABLE_MESSAGE'],
    ['an error without data', error(undefined), 'REMOTE_FAILED'],
    ['an error that is a text', error('no'), 'REMOTE_FAILED'],
    ['an error with an unknown code', error({ code: 'SURPRISE', message: 'x' }), 'REMOTE_FAILED'],
    ['an error with a code of ours alone', error({ code: 'NOT_RUNNING', message: 'x' }), 'REMOTE_FAILED'],
    ['an error with the name of a member', error({ code: 'toString' }), 'REMOTE_FAILED'],
    ['a domain error that is not declared', error({ code: 'DOMAIN_ERROR', type: 'payments.x' }), 'REMOTE_FAILED'],
    [
      'a domain error with other data',
      error({ code: 'DOMAIN_ERROR', type: Declined.type, data: 5 }),
      'UNREADABLE_MESSAGE',
    ],
    ['issues that are none', error({ code: 'INVALID_MESSAGE', issues: 'x' }), 'INVALID_MESSAGE'],
    ['issues with odd paths', error({ code: 'INVALID_MESSAGE', issues: [null, { path: [{}] }] }), 'INVALID_MESSAGE'],
    ['a conflict', error({ code: 'IDEMPOTENCY_CONFLICT', retryable: true }), 'IDEMPOTENCY_CONFLICT'],
  ])('is an error with a code: %s', async (_what, answer, code) => {
    expect(await outcome(answer)).toMatchObject({ code });
  });

  it('cannot make the text of an error long', async () => {
    const thrown = await outcome(error({ code: 'OVERLOADED', message: 'x'.repeat(1_000_000) }));
    expect((thrown as Error).message).toHaveLength(1_000);
  });
});

describe('a request of a stranger', () => {
  const ask = async (change: Partial<Envelope>) => {
    await using bus = await services();
    const stranger = bus.broker.connect();
    const request: Envelope = {
      specversion: '1.0',
      id: 'r',
      source: '/stranger',
      type: 'payments.get',
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      kind: 'query',
      schemaversion: 1,
      correlationid: 'r',
      data: { id: 'a' },
      ...change,
    };
    const answer = await stranger.request?.(request, { signal: new AbortController().signal });
    await stranger.close();
    return answer?.data;
  };

  it.each([
    ['without a limit', {}, { id: 'a', amount: 5 }],
    ['of another kind', { kind: 'command' as const }, { code: 'NO_RESPONDER' }],
    ['with other data', { data: { id: 5 } }, { code: 'INVALID_MESSAGE', issues: [{ path: ['id'] }] }],
    ['without data', { data: undefined }, { code: 'INVALID_MESSAGE' }],
    ['with a context value that is not JSON', { source: '/stranger', user: '{' }, { code: 'REMOTE_FAILED' }],
    ['of a version from the future', { schemaversion: 9 }, { code: 'UNSUPPORTED_VERSION' }],
    ['with a moment to answer', { timeoutms: 60_000, expirytime: '2001-01-01T00:00:00Z' }, { id: 'a' }],
  ])('is answered: %s', async (_what, change, expected) => {
    expect(await ask(change)).toMatchObject(expected);
  });
});
