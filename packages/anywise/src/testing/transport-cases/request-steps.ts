import assert from 'node:assert/strict';
import { answerTo, type AnswerError } from '../../core/message/answer.js';
import type { Envelope } from '../../core/message/envelope.js';
import type { Answer, ServeOptions, Subscription, Transport } from '../../core/ports/transport.js';
import { startTimer } from '../../core/time/timers.js';
import { testEnvelope } from '../envelopes.js';

/** A long time for a request, so that slow machines get there. */
const patienceMs = 30_000;

/** A query for tests. */
export function question(change: Partial<Envelope> = {}): Envelope {
  return testEnvelope({ kind: 'query', type: 'shop.ask', source: '/asker', timeoutms: patienceMs, ...change });
}

/** Queries whose data is their number. */
export function questions(count: number): Envelope[] {
  return Array.from({ length: count }, (_, n) => question({ data: { n } }));
}

/** Asks and gives the answer. @param signal @defaultValue gives up after a long time */
export async function ask(transport: Transport, request: Envelope, signal?: AbortSignal): Promise<Envelope> {
  assert.ok(transport.request !== undefined, 'the transport says that it carries requests, but has no `request`');
  if (signal !== undefined) return transport.request(request, { signal });
  const controller = new AbortController();
  const late = new Error(`\`${request.type}\` got no answer within ${patienceMs} ms`);
  const timer = startTimer(() => controller.abort(late), patienceMs);
  try {
    return await transport.request(request, { signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Answers requests. @param answer @defaultValue gives the data of the request back */
export async function serve(
  transport: Transport,
  answer: Answer = async (request) => reply(request, request.data),
  options: Partial<ServeOptions> = {},
): Promise<Subscription> {
  assert.ok(transport.serve !== undefined, 'the transport says that it carries requests, but has no `serve`');
  const defaults = { service: 'shop', types: ['shop.ask'], concurrency: 16, onError: () => undefined };
  return transport.serve({ ...defaults, ...options }, answer);
}

export function reply(request: Envelope, data: unknown): Envelope {
  return answerTo(request, '/shop', { kind: 'reply', data });
}

/** The code of an answer of kind `error`. */
export function codeOf({ kind, data }: Envelope): string {
  assert.equal(kind, 'error');
  return (data as AnswerError).code;
}

/** The code that a request fails with: that of its rejection, or that of the error which answers it. */
export async function failureOf(answer: Promise<Envelope>): Promise<string> {
  const outcome = await answer.then(codeOf, (error: unknown) => error);
  if (typeof outcome === 'string') return outcome;
  const { code } = Object(outcome) as { readonly code?: unknown };
  if (typeof code !== 'string') throw outcome;
  return code;
}
