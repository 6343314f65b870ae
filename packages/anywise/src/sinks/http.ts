import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { sleep, startTimer } from '../core/time/timers.js';
import type { Envelope } from '../core/message/envelope.js';
import { AnywiseError, SetupError } from '../core/errors/errors.js';
import {
  fields,
  listOf,
  milliseconds,
  optionProblems,
  withDefaults,
  type OptionChecks,
} from '../core/errors/options.js';
import { planChecks, type RetryPlan } from '../kit/retry.js';
import { closedSink, toEnvelopes, type Sink } from '../core/ports/sink.js';
import { failureOf, failureOfAnswer, pauseAfter } from './http-failure.js';
import { keyOf, sign } from './signature.js';

/** Options of {@link httpSink}. Times in milliseconds. */
export interface HttpSinkOptions {
  /**
   * Signs each request as Standard Webhooks specifies, so that the receiver knows who sent it: `whsec_` and the base64 of 24
   * to 64 random bytes. Pass both the old and the new secret while the receiver changes over.
   *
   * @defaultValue none: requests are not signed
   */
  readonly secret?: string | readonly string[];
  /** How long one request may take, the answer included. @defaultValue 15_000 */
  readonly timeoutMs?: number;
  /**
   * How often and when a request is retried before `sink` rejects. More attempts survive a longer outage, but later events
   * of the entity, and without a store the publisher, wait in the meantime.
   *
   * @defaultValue 3 attempts, none at once, `firstDelayMs` 200, `factor` 4, `maxDelayMs` 5_000
   */
  readonly retry?: RetryPlan;
  /** Extra headers, such as `authorization`. Those that the sink sets itself win. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
}

const retryDefaults = { attempts: 3, immediate: 0, firstDelayMs: 200, factor: 4, maxDelayMs: 5_000 };

/**
 * Creates a sink that posts events to a webhook: one event as `application/cloudevents+json`, several as
 * `application/cloudevents-batch+json`. A retry has the same `webhook-id` header.
 *
 * Any 2xx is success. Without an answer, and after 408, 429 or 5xx, the request is retried, after the answer's `Retry-After`
 * if that is no longer than `maxDelayMs`. When the attempts are used up, `sink` rejects with a retryable error, whose
 * `retryAfterMs` is the requested delay, a day at most, so that the listener waits that long too. Any other answer,
 * including a redirect, is a `TerminalError`.
 *
 * @throws SetupError (`INVALID_SETUP`) if the URL, a secret or a header is invalid.
 */
export function httpSink(url: string, options: HttpSinkOptions = {}): Sink {
  const { keys, name } = check(url, options);
  const { timeoutMs = 15_000, headers = {} } = options;
  const retry = withDefaults(options.retry ?? {}, retryDefaults);
  const inHand = new Map<Promise<void>, AbortController>();
  let isClosed = false;

  const post = async ({ id, type, body }: Content, signal: AbortSignal): Promise<AnywiseError | undefined> => {
    const timestamp = Math.floor(Date.now() / 1000);
    const controller = new AbortController();
    const unfollow = follow(signal, controller);
    const timer = startTimer(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          ...lowerCase(headers),
          'content-type': type,
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          ...(keys.length === 0 ? {} : { 'webhook-signature': sign({ id, timestamp, body }, keys) }),
        },
        body,
        // Following some of them would send a GET without the event.
        redirect: 'manual',
        signal: controller.signal,
      });
      return await failureOfAnswer(name, response, Date.now());
    } catch (cause) {
      if (signal.aborted) throw aborted(name, signal.reason);
      return failureOf(name, cause);
    } finally {
      clearTimeout(timer);
      unfollow();
    }
  };

  const deliver = async (content: Content, signal: AbortSignal): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const failure = await post(content, signal);
      if (failure === undefined) return;
      const pauseMs = pauseAfter(failure, attempt, retry, Math.random());
      if (pauseMs === undefined) throw failure;
      await sleep(pauseMs, { signal }).catch(() => {
        throw aborted(name, signal.reason);
      });
    }
  };

  return {
    async sink(events, context) {
      if (isClosed) throw closedSink(name);
      const envelopes = toEnvelopes(events, context);
      if (envelopes.length === 0) return;
      const controller = new AbortController();
      const unfollow = context === undefined ? undefined : follow(context.signal, controller);
      const delivery = deliver(contentOf(envelopes), controller.signal);
      inHand.set(delivery, controller);
      try {
        await delivery;
      } finally {
        inHand.delete(delivery);
        unfollow?.();
      }
    },
    async close() {
      isClosed = true;
      for (const controller of inHand.values()) controller.abort(new Error('the sink was closed'));
      await Promise.allSettled(inHand.keys());
    },
  };
}

/** The contents of a request, the same for each attempt. */
interface Content {
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

function contentOf(envelopes: readonly Envelope[]): Content {
  const [first, ...others] = envelopes;
  const id = webhookId(envelopes.map((envelope) => envelope.id));
  if (others.length === 0) return { id, type: 'application/cloudevents+json', body: JSON.stringify(first) };
  return { id, type: 'application/cloudevents-batch+json', body: JSON.stringify(envelopes) };
}

/** The event's own id if it is valid in a header, otherwise one that is always the same for the same events. */
function webhookId(ids: readonly string[]): string {
  const [first = ''] = ids;
  if (ids.length === 1 && /^[\w-]{1,200}$/.test(first)) return first;
  return createHash('sha256').update(JSON.stringify(ids)).digest('hex');
}

const isText = (value: unknown): boolean => typeof value === 'string';
const secretList = listOf('secrets, or one of them', isText);

const checks: OptionChecks<HttpSinkOptions> = {
  secret: (value) => (isText(value) ? undefined : secretList(value)),
  timeoutMs: milliseconds(1),
  retry: fields(),
  headers: (value) =>
    fields()(value) ?? (Object.values(value as object).every(isText) ? undefined : 'an object whose values are texts'),
};

function check(url: string, options: HttpSinkOptions): { readonly keys: readonly Buffer[]; readonly name: string } {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const { secret = [], retry, headers } = Object(options) as HttpSinkOptions;
  const secrets = [secret].flat().filter(isText);
  const problems = optionProblems(options, checks);
  if (fields()(retry) === undefined) {
    problems.push(...optionProblems(retry, planChecks).map((problem) => `in \`retry\`, ${problem}`));
  }
  if (target === undefined || !/^https?:$/.test(target.protocol)) {
    problems.push('its URL must begin with `https://` or `http://`');
  } else if (target.username !== '' || target.password !== '') {
    problems.push('its URL has a user or password in it; send them in the header `authorization`');
  }
  const keys = secrets.map(keyOf).filter((key) => key !== undefined);
  if (keys.length < secrets.length) {
    problems.push('its secret must be `whsec_` and the base64 of 24 to 64 random bytes');
  }
  for (const [header, value] of Object.entries(headers ?? {})) {
    // `fetch` would show the value in its error, and it may be a token.
    if (!isHeader(header, value))
      problems.push(`its header ${JSON.stringify(header)} has a name or value that HTTP does not take`);
  }
  // Only the origin: the rest of a webhook's URL is often a secret, and this is logged.
  const name = `The webhook at \`${target?.origin ?? 'unknown'}\``;
  if (problems.length > 0) throw new SetupError('INVALID_SETUP', name, problems);
  return { keys, name };
}

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
}

/** Aborts the controller when the signal is aborted. Returns a function that unsubscribes. */
function follow(signal: AbortSignal, controller: AbortController): () => void {
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  // Node warns about more than ten listeners, but messages that cannot be aborted share one signal.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function aborted(name: string, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNAVAILABLE',
    `${name} had not answered when the request was aborted. It may have received the events.`,
    {
      retryable: true,
      cause,
    },
  );
}
