import { AnywiseError } from '../errors/errors.js';
import type { Claim } from '../ports/inbox.js';

export function leaseLost({ listener, id }: Claim): AnywiseError {
  return new AnywiseError('LEASE_LOST', `\`${listener}\` lost its lease of ${id}; its effects were rolled back.`);
}

export function stopping({ listener, id }: Claim): AnywiseError {
  return new AnywiseError(
    'NOT_RUNNING',
    `The bus stopped before \`${listener}\` had handled ${id}; it is handled again after the next start.`,
    { retryable: true },
  );
}

export function timedOut({ listener, id }: Claim, timeoutMs: number): AnywiseError {
  return new AnywiseError(
    'TIMEOUT',
    `\`${listener}\` had not handled ${id} after ${timeoutMs} ms; its effects were rolled back. Allow more with \`.timeoutMs(…)\`, or find what is slow. Pass \`context.signal\` on, so that abandoned work stops.`,
    { retryable: true },
  );
}

export function batchTimedOut(claims: readonly Claim[], timeoutMs: number): AnywiseError {
  return new AnywiseError(
    'TIMEOUT',
    `\`${claims[0]?.listener}\` had not handled a batch of ${claims.length} messages after ${timeoutMs} ms; its effects were rolled back. Allow more with \`.timeoutMs(…)\`, or take fewer at once. Pass \`context.signal\` on, so that abandoned work stops.`,
    { retryable: true },
  );
}

export function tooManyAttempts({ listener, id, attempt }: Claim): AnywiseError {
  return new AnywiseError(
    'TERMINAL',
    `\`${listener}\` did not survive ${id}: each of its ${attempt - 1} allowed attempts ended with a dead process or a lost lease. Find out why, then replay it.`,
  );
}
