import { AnywiseError, TerminalError } from '../core/errors/errors.js';
import { errorText, retryAfterOf } from '../core/errors/thrown.js';
import { decideRetry, type RetryPlan } from '../kit/retry.js';

const maxShown = 200;
const maxRead = 65_536;
const maxAskedMs = 86_400_000;

/** How long to wait after attempt number `attempt`; `undefined` if it was the last, or the wait would be too long. */
export function pauseAfter(
  error: unknown,
  attempt: number,
  policy: Required<RetryPlan>,
  random: number,
): number | undefined {
  const decision = decideRetry(error, attempt, policy, random);
  if (decision === 'dead' || (retryAfterOf(error) ?? 0) > policy.maxDelayMs) return undefined;
  return decision.retryInMs;
}

/** The failure of a request that got no answer. */
export function failureOf(name: string, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNAVAILABLE',
    `${name} could not be reached (${reasonOf(cause)}). Check that it runs, and that this machine may connect to it.`,
    { retryable: true, cause },
  );
}

/**
 * The failure that an answer reports, if any, with `retryAfterMs` if the answer has it. Reads the answer to its end, so that
 * its connection can be reused.
 */
export async function failureOfAnswer(
  name: string,
  response: Response,
  now: number,
): Promise<AnywiseError | undefined> {
  const text = await readText(response);
  if (response.ok) return undefined;
  const said = `${name} answered ${response.status}${text === '' ? '' : ` (${text})`}`;
  if (!canRecover(response.status)) {
    return new TerminalError(`${said}. Correct the sink's URL, its headers or the receiver, then replay.`);
  }
  const error = new AnywiseError('UNAVAILABLE', `${said}. It is retried later; find out what is wrong there.`, {
    retryable: true,
  });
  const askedMs = retryAfterMs(response.headers.get('retry-after'), now);
  return askedMs === undefined ? error : Object.assign(error, { retryAfterMs: askedMs });
}

/**
 * The delay in a `Retry-After` header, given as seconds or a date: a day at most, so that no receiver can postpone an event
 * for ever.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const asked = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(asked) ? undefined : Math.min(Math.max(0, asked), maxAskedMs);
}

/** `fetch` only says that it failed; the reason is in `cause`, which may have a code and no text. */
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
    // The status was enough; the rest of the body changes nothing.
  }
  return text.slice(0, maxShown).trim();
}
