import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import type { Answer } from './answer.js';
import type { MessageRequest } from './request.js';

/** The part of `fetch` that a client uses. */
export type Fetch = (url: string, options: FetchOptions) => Promise<FetchedAnswer>;

/** What {@link Fetch} is given. */
export interface FetchOptions {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly credentials?: 'omit' | 'same-origin' | 'include';
}

/** What {@link Fetch} returns. */
export interface FetchedAnswer {
  readonly status: number;
  readonly headers: {
    /** The value of a header, whatever the case of its name; `null` if the answer has none. */
    get(name: string): string | null;
  };
  /** Reads the body to its end. */
  text(): Promise<string>;
}

type Headers = Readonly<Record<string, string>>;

interface AttemptOptions {
  readonly headers?: Headers | (() => Headers | Promise<Headers>);
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  readonly fetch?: Fetch;
  readonly key: string | undefined;
  readonly shown: string;
  readonly signal: AbortSignal;
}

/** How one attempt ended. */
export interface Attempted {
  /** The answer, or why there is none. */
  readonly outcome: Answer | AnywiseError;
  /** How long to wait until another attempt could do better. Absent where it would end the same way. */
  readonly retryAfterMs?: number;
}

/** Statuses of a server or a proxy that is busy or away. */
const passing = new Set([429, 502, 503, 504]);

/** Sends a request once. @throws the reason of the signal. */
export async function attempt(request: MessageRequest, options: AttemptOptions): Promise<Attempted> {
  const { key, shown, signal, credentials, headers, fetch = globalThis.fetch } = options;
  const own = typeof headers === 'function' ? await headers() : headers;
  signal.throwIfAborted();
  const { url, method, body } = request;
  const sent = {
    accept: 'application/json, application/problem+json',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...own,
    ...(key !== undefined && { 'idempotency-key': key }),
  };
  try {
    const response = await fetch(url, {
      method,
      headers: sent,
      signal,
      ...(body !== undefined && { body }),
      ...(credentials !== undefined && { credentials }),
    });
    const { status } = response;
    const type = (response.headers.get('content-type') ?? '').replace(/;.*$/, '').trim().toLowerCase();
    const outcome = { status, text: await response.text(), type, request: shown };
    return passing.has(status) ? { outcome, retryAfterMs: waitIn(response.headers.get('retry-after')) } : { outcome };
  } catch (cause) {
    signal.throwIfAborted();
    const text = `${shown} got no answer (${errorText(cause)}). Is the service running, and may this page call it?`;
    return { outcome: new AnywiseError('UNAVAILABLE', text, { retryable: true, cause }), retryAfterMs: 0 };
  }
}

/** Milliseconds. HTTP has seconds, or a date. */
function waitIn(header: string | null): number {
  if (header === null) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
