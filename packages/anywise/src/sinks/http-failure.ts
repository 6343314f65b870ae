import { AnywiseError, TerminalError, errorText } from '../errors.js';
import { decideRetry, type RetryPolicy } from '../retry.js';

/** Why a request did not succeed. */
export interface Failure {
  readonly error: AnywiseError;
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
}

const maxShown = 200;
const maxRead = 65_536;

/** How long to wait after attempt number `attempt`; `undefined` where it was the last. */
export function pauseAfter(
  { error, retryAfterMs = 0 }: Failure,
  attempt: number,
  policy: Required<RetryPolicy>,
  random: number,
): number | undefined {
  const decision = decideRetry(error, attempt, policy, random);
  if (decision === 'dead' || retryAfterMs > policy.maxDelayMs) return undefined;
  return Math.max(decision.retryInMs, retryAfterMs);
}

/** The failure of a request that nobody answered. */
export function failureOf(name: string, cause: unknown): Failure {
  return {
    error: new AnywiseError(
      'UNAVAILABLE',
      `${name} could not be reached (${reasonOf(cause)}). Check that it runs, and that this machine may connect to it.`,
      { retryable: true, cause },
    ),
  };
}

/** The failure that an answer tells of, if it does. Reads the answer to its end, so that its connection can be used again. */
export async function failureOfAnswer(name: string, response: Response, now: number): Promise<Failure | undefined> {
  const text = await readText(response);
  if (response.ok) return undefined;
  const said = `${name} answered ${response.status}${text === '' ? '' : ` (${text})`}`;
  if (!canRecover(response.status)) {
    return { error: new TerminalError(`${said}. Correct the sink's URL, its headers or the receiver, then replay.`) };
  }
  return {
    error: new AnywiseError('UNAVAILABLE', `${said}. It is asked again later; see what is wrong there.`, {
      retryable: true,
    }),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), now),
  };
}

/** What a `Retry-After` header asks for: seconds, or a date. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** `fetch` says only that it failed; what failed is its cause, which may have a code and no text. */
function reasonOf(error: unknown): string {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? (error.cause ?? error) : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return errorText(cause) || code;
}

function canRecover(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > maxRead) break;
    }
  } catch {
    // The status has said it all; how the text ends changes nothing.
  }
  return text.slice(0, maxShown).trim();
}
