import { describe, expect, it } from '@jest/globals';
import { answerTo, type AnswerError } from '../core/message/answer.js';
import { parseEnvelope, type Envelope } from '../core/message/envelope.js';
import type { Answer } from '../core/ports/transport.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { Answering } from './answering.js';

const textOf = (change: Partial<Envelope> = {}): string =>
  JSON.stringify(testEnvelope({ kind: 'query', type: 'shop.ask', id: 'q', ...change }));
const echo: Answer = async (request) => answerTo(request, '/shop', { kind: 'reply', data: request.data });

/** Answers, and records what goes out. */
function answering(answer: Answer = echo, maxBytes = 10_000) {
  const errors: unknown[] = [];
  const replies: Envelope[] = [];
  const one = new Answering({ service: 'shop', answer, maxBytes, onError: (error) => errors.push(error) });
  const take = (ticket: string, text = textOf(), route?: unknown): void =>
    one.take({ ticket, text, route, reply: (json) => replies.push(parseEnvelope(json)) });
  return { one, take, errors, replies };
}

/** Answers that wait until they are let go, and their signals. */
function waiting() {
  const signals: AbortSignal[] = [];
  const open: (() => void)[] = [];
  const answer: Answer = async (request, signal) => {
    signals.push(signal);
    await new Promise<void>((resolve) => open.push(resolve));
    return echo(request, signal);
  };
  return { signals, open, answer };
}

const codeOf = (answer: Envelope | undefined): string | undefined =>
  answer?.kind === 'error' ? (answer.data as AnswerError).code : undefined;

describe('answering', () => {
  it('gives each request the answer that its service makes', async () => {
    const { one, take, replies } = answering();
    take('1', textOf({ data: 'a' }));
    take('2', textOf({ data: 'b' }));
    await one.close();
    expect(replies.map(({ data }) => data)).toEqual(['a', 'b']);
    expect(one.size).toBe(0);
  });

  it('ignores a request that it has in hand already', async () => {
    const { signals, open, answer } = waiting();
    const { one, take, replies } = answering(answer);
    take('1');
    take('1');
    expect(one.size).toBe(1);
    open[0]?.();
    await one.close();
    expect([signals.length, replies.length]).toEqual([1, 1]);
  });

  it('aborts the signal of a request whose sender has given up, and sends it nothing', async () => {
    const { signals, open, answer } = waiting();
    const { one, take, replies } = answering(answer);
    take('1');
    take('2');
    one.cancel('1');
    one.cancel('unknown');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    for (const each of open) each();
    await one.close();
    expect(replies).toHaveLength(1);
  });

  it('aborts what came over a lost connection, or all', async () => {
    const { signals, open, answer } = waiting();
    const { one, take } = answering(answer);
    for (const [n, route] of ['one', 'two', 'one'].entries()) take(String(n), textOf(), route);
    one.lose('one');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, true]);
    one.lose();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    for (const each of open) each();
    await one.close();
  });

  it('closes when those in hand are answered and their answers sent, and takes no more', async () => {
    const { open, answer } = waiting();
    const { one, take, replies } = answering(answer);
    let sent: (() => void) | undefined;
    const reply = (): Promise<void> => new Promise((resolve) => (sent = resolve));
    one.take({ ticket: '1', text: textOf(), reply });
    let isClosed = false;
    const closed = one.close().then(() => (isClosed = true));
    take('2');
    await eventually(() => expect(replies.map(codeOf)).toEqual(['NO_RESPONDER']));
    open[0]?.();
    await eventually(() => expect(sent).toBeDefined());
    expect(isClosed).toBe(false);
    sent?.();
    await closed;
    await one.close();
  });

  it('says that an answer is too large, with both sizes', async () => {
    const large: Answer = async (request) => answerTo(request, '/shop', { kind: 'reply', data: 'x'.repeat(900) });
    const { one, take, replies, errors } = answering(large, 1_000);
    take('1');
    await one.close();
    expect(replies[0]?.data).toMatchObject({ code: 'MESSAGE_TOO_LARGE', retryable: false });
    expect((replies[0]?.data as AnswerError).message).toMatch(/has 1[12]\d\d bytes, more than the 1000 that/);
    expect(errors).toEqual([]);
  });

  it.each<[string, (request: Envelope) => unknown]>([
    ['nothing', () => undefined],
    ['an event', (request) => request],
    [
      'the answer to another',
      (request) => ({ ...answerTo(request, '/shop', { kind: 'reply', data: 1 }), causationid: 'x' }),
    ],
    ['what JSON cannot hold', (request) => answerTo(request, '/shop', { kind: 'reply', data: 5n })],
    ['a rejection', () => Promise.reject(new Error('refused'))],
    ['an error', () => fail()],
  ])('reports an answer that is %s, and tells the sender no more than that it failed', async (_what, answer) => {
    const { one, take, replies, errors } = answering(async (request) => answer(request) as Envelope);
    take('1');
    await one.close();
    expect(replies[0]?.data).toEqual({
      code: 'REMOTE_FAILED',
      message: 'The answer to `shop.ask` (q) could not be sent.',
      retryable: false,
    });
    expect(errors).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['no JSON', '{'],
    ['a number', '5'],
    ['no envelope', '{"id":"q"}'],
    ['too large', textOf({ data: 'x'.repeat(20_000) })],
  ])('reports a request that is %s, and goes on', async (_what, text) => {
    const { one, take, replies, errors } = answering();
    take('1', text);
    take('2');
    await one.close();
    expect(errors).toMatchObject([{ code: 'UNREADABLE_MESSAGE' }]);
    expect(replies).toHaveLength(1);
  });

  it('reports an answer that could not be sent', async () => {
    const { one, errors } = answering();
    one.take({ ticket: '1', text: textOf(), reply: () => Promise.reject(new Error('the connection was lost')) });
    await one.close();
    expect(errors).toMatchObject([{ message: 'the connection was lost' }]);
  });
});

function fail(): never {
  throw new Error('no');
}
