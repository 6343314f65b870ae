import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { MessageContext } from '../core/message/context.js';
import type { Envelope } from '../core/message/envelope.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { toEnvelopes } from '../core/ports/sink.js';
import { httpSink, type HttpSinkOptions } from './http.js';

class Paid extends event('payments.paid', { data: type<{ readonly id: string }>(), entityId: ({ id }) => id }) {}
const paid = new Paid({ id: 'a' });

interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the receiver does with a request: answers it, breaks the connection off, or leaves it without an answer. */
type Answer = { readonly status: number; readonly headers?: Record<string, string> } | 'break' | 'hang';

interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves at the next request. */
  next(): Promise<void>;
  /** Resolves when the next connection ends. */
  hungUp(): Promise<void>;
}

/** A webhook that answers as told, and after that with 204. */
async function receiver(...answers: Answer[]): Promise<Receiver> {
  const received: Received[] = [];
  let onRequest: (() => void) | undefined;
  let onEnd: (() => void) | undefined;
  const server: Server = createServer((request, response) => {
    let body = '';
    request.socket.once('close', () => onEnd?.());
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      received.push({ method: request.method, headers: request.headers, body });
      const answer = answers.shift() ?? { status: 204 };
      if (answer === 'break') request.socket.destroy();
      else if (answer !== 'hang') response.writeHead(answer.status, answer.headers).end();
      onRequest?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    received,
    next: () => new Promise((resolve) => (onRequest = resolve)),
    hungUp: () => new Promise((resolve) => (onEnd = resolve)),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function only(received: readonly Received[]): Received {
  const [first, ...others] = received;
  if (first === undefined || others.length > 0) throw new Error(`There were ${received.length} requests, not one.`);
  return first;
}

const quick: HttpSinkOptions = { retry: { attempts: 3, firstDelayMs: 1 } };

describe('an HTTP sink', () => {
  it('posts one event as CloudEvents JSON, under its id', async () => {
    await using hook = await receiver();
    await httpSink(hook.url, { headers: { Authorization: 'Bearer t', 'Webhook-Id': 'mine' } }).sink(paid);
    const { method, headers, body } = only(hook.received);
    expect(method).toBe('POST');
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'webhook-id': paid.eventId,
      authorization: 'Bearer t',
    });
    expect(headers).not.toHaveProperty('webhook-signature');
    expect(JSON.parse(body)).toEqual(toEnvelopes(paid)[0]);
  });

  it('posts several as one batch, and nothing for none', async () => {
    await using hook = await receiver();
    const sink = httpSink(hook.url);
    await sink.sink([]);
    await sink.sink([paid, new Paid({ id: 'b' })]);
    expect(hook.received).toHaveLength(1);
    expect(hook.received[0]?.headers['content-type']).toBe('application/cloudevents-batch+json');
    const batch = JSON.parse(String(hook.received[0]?.body)) as Envelope[];
    expect(batch.map(({ subject }) => subject)).toEqual(['a', 'b']);
  });

  it('signs each request, with each secret', async () => {
    await using hook = await receiver();
    const keys = [1, 2].map((byte) => Buffer.alloc(32, byte));
    await httpSink(hook.url, { secret: keys.map((key) => `whsec_${key.toString('base64')}`) }).sink(paid);
    const { headers, body } = only(hook.received);
    const content = `${paid.eventId}.${String(headers['webhook-timestamp'])}.${body}`;
    const expected = keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
    expect(headers['webhook-signature']).toBe(expected.join(' '));
    expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(60);
  });

  it.each<{ what: string; answers: Answer[]; options: HttpSinkOptions }>([
    { what: 'the connection breaks off', answers: ['break', 'break'], options: quick },
    {
      what: 'there is no answer in time',
      answers: ['hang'],
      options: { timeoutMs: 100, retry: { attempts: 1_000, firstDelayMs: 1, maxDelayMs: 1 } },
    },
    {
      what: 'the receiver is busy',
      answers: [{ status: 429, headers: { 'retry-after': '0' } }, { status: 503 }],
      options: quick,
    },
  ])('sends the same again where $what', async ({ answers, options }) => {
    await using hook = await receiver(...answers);
    await httpSink(hook.url, options).sink([paid, new Paid({ id: 'b' })]);
    expect(hook.received.length).toBeGreaterThan(1);
    const different = new Set(hook.received.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`));
    expect(different.size).toBe(1);
  });

  it('gives up after the last attempt, with an error that may be retried later', async () => {
    await using hook = await receiver({ status: 500 }, { status: 502 }, { status: 503 });
    await expect(httpSink(hook.url, quick).sink(paid)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(hook.received).toHaveLength(3);
  });

  it('leaves a long wait that the receiver asks for to the listener', async () => {
    await using hook = await receiver({ status: 503, headers: { 'retry-after': '3600' } });
    await expect(httpSink(hook.url).sink(paid)).rejects.toMatchObject({ retryable: true, retryAfterMs: 3_600_000 });
    expect(hook.received).toHaveLength(1);
  });

  it.each([
    { status: 404, headers: {} },
    { status: 302, headers: { location: '/elsewhere' } },
  ])('gives up at once at $status', async (answer) => {
    await using hook = await receiver(answer);
    await expect(httpSink(hook.url, quick).sink(paid)).rejects.toMatchObject({ code: 'TERMINAL', retryable: false });
    expect(hook.received).toHaveLength(1);
  });

  it('reports an unreachable receiver, without the secret part of the URL', async () => {
    const { url } = await (async () => {
      await using gone = await receiver();
      return { url: gone.url };
    })();
    const error: unknown = await httpSink(`${url}/token`, quick)
      .sink(paid)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(String(error).replaceAll(/:\d+/g, ':<port>')).toMatchInlineSnapshot(
      `"AnywiseError: The webhook at \`http://127.0.0.1:<port>\` could not be reached (connect ECONNREFUSED 127.0.0.1:<port>). Check that it runs, and that this machine may connect to it."`,
    );
  });

  it('ends a request that the listener no longer waits for', async () => {
    await using hook = await receiver('hang');
    const controller = new AbortController();
    const sent = httpSink(hook.url).sink(paid, new MessageContext({ event: paid, signal: controller.signal }));
    await hook.next();
    controller.abort(new Error('the lease was lost'));
    await expect(sent).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      cause: { message: 'the lease was lost' },
    });
  });

  it('ends the pause between two requests too', async () => {
    await using hook = await receiver({ status: 503, headers: { 'retry-after': '3600', connection: 'close' } });
    const controller = new AbortController();
    const sink = httpSink(hook.url, { retry: { maxDelayMs: 3_600_000 } });
    const sent = sink.sink(paid, new MessageContext({ event: paid, signal: controller.signal }));
    // The answer has arrived by then.
    await hook.hungUp();
    controller.abort(new Error('the lease was lost'));
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { message: 'the lease was lost' } });
    expect(hook.received).toHaveLength(1);
  });

  it('ends what runs when it is closed, and takes no more', async () => {
    await using hook = await receiver('hang');
    const sink = httpSink(hook.url);
    const sent = sink.sink(paid);
    const outcome = expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await hook.next();
    await sink.close();
    await sink.close();
    await outcome;
    await expect(sink.sink(paid)).rejects.toMatchObject({ code: 'NOT_RUNNING', retryable: true });
  });

  it('replaces an id that a header cannot hold, always by the same one', async () => {
    await using hook = await receiver();
    const odd = new Paid({ id: 'a' }, { eventId: 'e 1\r\nx: y' });
    for (let n = 0; n < 2; n++) await httpSink(hook.url).sink(odd);
    const ids = hook.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('refuses what it cannot use, all of it at once', () => {
    expect(() => httpSink('ftp://files.example/in', { secret: ['short'] })).toThrowErrorMatchingInlineSnapshot(`
      "The webhook at \`ftp://files.example\` has 2 problems:
        - its URL must begin with \`https://\` or \`http://\`
        - its secret must be \`whsec_\` and the base64 of 24 to 64 random bytes"
    `);
    const headers = { authorization: 'Bearer hunter2\nx', 'a b': 'hunter2' };
    expect(() => httpSink('https://hooks.example/in', { headers })).toThrowErrorMatchingInlineSnapshot(`
      "The webhook at \`https://hooks.example\` has 2 problems:
        - its header "authorization" has a name or value that HTTP does not take
        - its header "a b" has a name or value that HTTP does not take"
    `);
    expect(() => httpSink('hooks')).toThrow('must begin with `https://`');
    expect(() => httpSink('https://ada:secret@hooks.example/in')).toThrowErrorMatchingInlineSnapshot(
      `"The webhook at \`https://hooks.example\`: its URL has a user or password in it; send them in the header \`authorization\`"`,
    );
  });
});
