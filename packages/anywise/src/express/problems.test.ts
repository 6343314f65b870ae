import { describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { z } from 'zod';
import { domainError } from '../core/message/domain-error.js';
import { AnywiseError, InvalidMessageError, RefusedError, TerminalError } from '../core/errors/errors.js';
import { errorCodes } from '../core/errors/codes.js';
import { HttpProblem } from '../http/http-problem.js';
import { listen } from '../http/listen.js';
import { notFound, problems, type ProblemsOptions } from './problems.js';

class PaymentDeclined extends domainError('payments.payment-declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => `the payment was declined: ${reason}`,
}) {}

function throwing(error: unknown, options?: ProblemsOptions) {
  const reports: unknown[] = [];
  const app = express();
  app.get('/', () => {
    throw error;
  });
  app.get('/payments/:paymentId', (_request, response) => {
    response.end();
  });
  app.use(notFound(), problems({ onError: (reported) => reports.push(reported), ...options }));
  return { app, reports };
}

async function answerTo(error: unknown, options?: ProblemsOptions) {
  const { app, reports } = throwing(error, options);
  const answer = await request(app).get('/');
  const { status, headers } = answer;
  return { status, headers: headers as Record<string, string>, body: answer.body as unknown, reports };
}

const internal = { type: 'about:blank', title: 'Internal Server Error', status: 500 };

it('a problem is sent as a problem document', async () => {
  const { headers } = await answerTo(new HttpProblem(404));
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
});

describe('an `HttpProblem`', () => {
  it('is sent as it is', async () => {
    const errors = [{ field: 'limit', pointer: '#/limit', detail: 'too many' }];
    const problem = new HttpProblem(429, {
      type: 'https://example.com/limits',
      title: 'Slow down',
      detail: 'You asked 9 times.',
      code: 'LIMIT',
      errors,
      members: { limit: 8, status: 'cannot replace' },
      headers: { 'retry-after': '60' },
      cause: new Error('secret'),
    });
    const { status, headers, body } = await answerTo(problem);
    expect([status, headers['retry-after']]).toEqual([429, '60']);
    expect(body).toEqual({
      type: 'https://example.com/limits',
      title: 'Slow down',
      status: 429,
      detail: 'You asked 9 times.',
      code: 'LIMIT',
      errors,
      limit: 8,
    });
  });

  it('is titled by its status', async () => {
    expect(await answerTo(new HttpProblem(402))).toMatchObject({
      status: 402,
      body: { type: 'about:blank', title: 'Payment Required', status: 402 },
      reports: [],
    });
  });

  it('is recognised when it comes from another copy of the package', () => {
    expect(HttpProblem.is({ [Symbol.for('anywise.http-problem')]: true })).toBe(true);
    expect(HttpProblem.is(new Error('no'))).toBe(false);
  });
});

describe('a domain error', () => {
  const declined = new PaymentDeclined({ reason: 'no funds' });

  it('is 422 and tells its data', async () => {
    const { status, body, reports } = await answerTo(declined);
    expect(status).toBe(422);
    expect(body).toEqual({
      type: 'payments.payment-declined',
      title: 'Payment declined',
      status: 422,
      detail: 'the payment was declined: no funds',
      data: { reason: 'no funds' },
    });
    expect(reports).toEqual([]);
  });

  it('has the status that the application chose', async () => {
    expect(await answerTo(declined, { statuses: [[PaymentDeclined, 402]] })).toMatchObject({
      status: 402,
      body: { status: 402 },
    });
  });

  it('cannot have the status of a success', () => {
    expect(() => problems({ statuses: [[PaymentDeclined, 200]] })).toThrowErrorMatchingInlineSnapshot(
      `"\`problems()\`: \`payments.payment-declined\` has the status 200: use one from 400 to 599"`,
    );
  });
});

describe('an error of the bus', () => {
  const statuses: Partial<Record<string, number>> = {
    CONFLICT: 409,
    IDEMPOTENCY_CONFLICT: 409,
    TIMEOUT: 504,
    NOT_FOUND: 404,
    NOT_RUNNING: 503,
    NO_HANDLER: 503,
    NO_RESPONDER: 503,
    OVERLOADED: 503,
    RATE_LIMITED: 429,
    REMOTE_FAILED: 502,
    UNAVAILABLE: 503,
    UNSUPPORTED_VERSION: 503,
  };

  it.each(errorCodes.map((code) => [code, statuses[code] ?? 500] as const))('%s is %i', async (code, expected) => {
    const { status, body } = await answerTo(new AnywiseError(code, 'secret'));
    expect(status).toBe(expected);
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it.each([
    ['OVERLOADED', 503, 2_000, '2', 'Too many concurrent requests. Try again later.'],
    ['RATE_LIMITED', 429, 1, '1', 'Too many requests. Try again later.'],
  ] as const)('of a guard, %s, tells when there is room again', async (code, status, retryAfterMs, seconds, detail) => {
    const answer = await answerTo(new RefusedError(code, 'secret', { messageId: 'm-1', retryAfterMs }));
    expect(answer).toMatchObject({ status, body: { code, detail }, headers: { 'retry-after': seconds } });
  });

  it('tells when to try again where a part of the system is unavailable', async () => {
    const error = new AnywiseError('UNAVAILABLE', 'secret');
    const { headers, body, reports } = await answerTo(error);
    expect(headers['retry-after']).toBe('5');
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'A part of the system that this request needs is unavailable. Try again later.',
      code: 'UNAVAILABLE',
    });
    expect(reports).toEqual([error]);
  });

  it('tells a conflict of idempotency keys', async () => {
    const { body, reports } = await answerTo(new AnywiseError('IDEMPOTENCY_CONFLICT', 'secret'));
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'This `Idempotency-Key` was used for another request: use a new one.',
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(reports).toEqual([]);
  });
});

describe('the fault of the server', () => {
  it.each([
    ['an unknown error', new Error('secret')],
    [
      'data of another message that does not fit',
      new InvalidMessageError('orders.order-placed', [{ message: 'secret' }]),
    ],
    ['a terminal error', new TerminalError('secret', { cause: new PaymentDeclined({ reason: 'secret' }) })],
    ['a status of 500 or above', Object.assign(new Error('secret'), { status: 502, expose: true })],
    ['a status without leave to show the message', Object.assign(new Error('secret'), { status: 404 })],
    ['an error in its own decoding', new URIError('secret')],
    ['a text', 'secret'],
  ])('%s is a bare 500 and reported', async (_what, error) => {
    expect(await answerTo(error)).toMatchObject({ status: 500, body: internal, reports: [error] });
  });

  it('is reported with its request', async () => {
    const paths: string[] = [];
    await answerTo(new Error('secret'), { onError: (_error, { path }) => paths.push(path) });
    expect(paths).toEqual(['/']);
  });

  it('is written to the console without `onError`', async () => {
    const write = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const app = express();
    app.get('/', () => {
      throw new Error('secret');
    });
    app.use(problems());
    await request(app).get('/');
    expect(write.mock.calls).toEqual([[new Error('secret')]]);
    write.mockRestore();
  });
});

describe('the fault of the caller', () => {
  it('is told where other middleware lets it', async () => {
    const error = Object.assign(new Error('invalid csrf token'), { status: 403, expose: true });
    expect(await answerTo(error)).toMatchObject({
      status: 403,
      body: { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'invalid csrf token' },
      reports: [],
    });
  });

  it('is a path with invalid percent-encoding', async () => {
    const answer = await request(throwing(undefined).app).get('/payments/%zz');
    expect([answer.status, answer.body]).toMatchObject([400, { detail: 'The path has invalid percent-encoding.' }]);
  });
});

it('an error after the headers cuts the connection', async () => {
  const reports: unknown[] = [];
  const app = express();
  app.get('/', (_request, response) => {
    response.write('half');
    throw new Error('too late');
  });
  app.use(problems({ onError: (error) => reports.push(error) }));
  await using server = await listen(app, { port: 0 });

  const answer = await fetch(server.url);
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow('terminated');
  expect(reports).toEqual([new Error('too late')]);
});
