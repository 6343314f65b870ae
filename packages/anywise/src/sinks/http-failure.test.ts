import { describe, expect, it } from '@jest/globals';
import { AnywiseError, TerminalError } from '../core/errors/errors.js';
import { decideRetry } from '../kit/retry.js';
import { failureOf, failureOfAnswer, pauseAfter, retryAfterMs } from './http-failure.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const busy = (retryAfterMs?: number) =>
  Object.assign(new AnywiseError('UNAVAILABLE', 'busy', { retryable: true }), { retryAfterMs });
const policy = { attempts: 3, immediate: 0, firstDelayMs: 200, factor: 4, maxDelayMs: 5_000 };

describe('the pause after a failed request', () => {
  it.each([
    { what: 'the first delay', attempt: 1, retryAfter: undefined, pause: 200 },
    { what: 'longer after the second attempt', attempt: 2, retryAfter: undefined, pause: 800 },
    { what: 'none after the last attempt', attempt: 3, retryAfter: 1, pause: undefined },
    { what: 'what the receiver asks for', attempt: 1, retryAfter: 3_000, pause: 3_000 },
    { what: 'no shorter than planned', attempt: 1, retryAfter: 0, pause: 200 },
    { what: 'none where the receiver asks for more than the most', attempt: 1, retryAfter: 5_001, pause: undefined },
  ])('is $what', ({ attempt, retryAfter, pause }) => {
    expect(pauseAfter(busy(retryAfter), attempt, policy, 1)).toBe(pause);
  });

  it('is shortened by chance, by half at most', () => {
    expect(pauseAfter(busy(), 1, policy, 0)).toBe(100);
  });

  it('is absent if a retry cannot help', () => {
    expect(pauseAfter(new TerminalError('no'), 1, policy, 1)).toBeUndefined();
  });
});

describe('`Retry-After`', () => {
  it.each([
    { header: null, ms: undefined },
    { header: '2', ms: 2_000 },
    { header: 'Thu, 01 Jan 2026 00:00:30 GMT', ms: 30_000 },
    { header: 'Wed, 31 Dec 2025 00:00:00 GMT', ms: 0 },
    { header: '9'.repeat(400), ms: 86_400_000 },
    { header: 'Thu, 01 Jan 2099 00:00:00 GMT', ms: 86_400_000 },
    { header: 'soon', ms: undefined },
  ])('of $header asks for $ms ms', ({ header, ms }) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 204])('of %i is success', async (status) => {
    expect(await failureOfAnswer('It', new Response(null, { status }), now)).toBeUndefined();
  });

  it.each([408, 429, 500, 502, 503, 504])('of %i can be tried again', async (status) => {
    const failure = await failureOfAnswer('It', new Response('busy', { status }), now);
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  it('tells how long to leave the receiver alone, so that the listener does too', async () => {
    const answer = new Response('busy', { status: 429, headers: { 'retry-after': '4000' } });
    const failure = await failureOfAnswer('It', answer, now);
    expect(decideRetry(failure, 1, undefined, 1)).toEqual({ retryInMs: 4_000_000 });
  });

  it.each([301, 307, 400, 401, 403, 404, 410, 413, 422])('of %i is final', async (status) => {
    const failure = await failureOfAnswer('It', new Response('no', { status }), now);
    expect(failure).toMatchObject({ code: 'TERMINAL', retryable: false });
  });

  it('is quoted, at most in part', async () => {
    const said = await failureOfAnswer('It', new Response('no such topic\n', { status: 404 }), now);
    expect(said?.message).toMatchInlineSnapshot(
      `"It answered 404 (no such topic). Correct the sink's URL, its headers or the receiver, then replay."`,
    );
    const much = await failureOfAnswer('It', new Response('x'.repeat(100_000), { status: 500 }), now);
    expect(much?.message.length).toBeLessThan(400);
  });

  it('that is missing is explained by its cause', () => {
    const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    expect(failureOf('It', refused).message).toMatchInlineSnapshot(
      `"It could not be reached (connect ECONNREFUSED 127.0.0.1:1). Check that it runs, and that this machine may connect to it."`,
    );
    const several = new TypeError('fetch failed', { cause: Object.assign(new Error(''), { code: 'ECONNREFUSED' }) });
    expect(failureOf('It', several).message).toContain('(ECONNREFUSED)');
    expect(failureOf('It', 'odd').message).toContain('(odd)');
  });
});
