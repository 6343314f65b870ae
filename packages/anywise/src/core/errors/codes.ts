/** Every code an {@link AnywiseError} can carry. Codes are stable: programs may compare them. `docs/errors.md` lists them. */
export const errorCodes = [
  'ABORTED',
  'CONTEXT_FROZEN',
  'CONTEXT_MISSING',
  'IDEMPOTENCY_CONFLICT',
  'INVALID_CONTRACT',
  'INVALID_ENVELOPE',
  'INVALID_MESSAGE',
  'INVALID_REGISTRATION',
  'INVALID_REPLY',
  'INVALID_SETUP',
  'INVALID_URL',
  'LEASE_LOST',
  'LISTENERS_FAILED',
  'MESSAGE_TOO_LARGE',
  'NOT_AWAITED',
  'NOT_FOUND',
  'NOT_RUNNING',
  'NOT_UNDONE',
  'NO_HANDLER',
  'OUTSIDE_MESSAGE',
  'OVERLOADED',
  'RATE_LIMITED',
  'READ_ONLY',
  'TERMINAL',
  'TIMEOUT',
  'UNAVAILABLE',
  'UNKNOWN_MESSAGE',
  'UNREADABLE_MESSAGE',
] as const;

/** What went wrong, as a code. Codes stay the same in every release. */
export type ErrorCode = (typeof errorCodes)[number];
