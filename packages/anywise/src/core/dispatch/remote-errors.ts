import { AnywiseError } from '../errors/errors.js';
import type { Envelope } from '../message/envelope.js';
import { sliceOf } from '../message/message.js';

/** A request to another service, as errors speak of it. */
export interface Asking {
  readonly request: Pick<Envelope, 'type' | 'id'>;
  /** Whether it can be sent again without being handled twice: a query, or a command with an idempotency key. */
  readonly isRepeatable: boolean;
}

/** `payments.get-payment` (id), for texts. */
export function nameOf({ type, id }: Pick<Envelope, 'type' | 'id'>): string {
  return `\`${type}\` (${id})`;
}

export function timedOut({ request, isRepeatable }: Asking, timeoutMs: number): AnywiseError {
  return new AnywiseError(
    'TIMEOUT',
    `${nameOf(request)} got no answer from \`${sliceOf(request.type)}\` within ${timeoutMs} ms, so whether it was handled is not known. ${isRepeatable ? 'Send it again, allow' : 'Allow'} more with \`timeoutMs\`, or find what is slow.`,
    { retryable: isRepeatable },
  );
}

export function givenUp({ request }: Asking, cause: unknown): AnywiseError {
  return new AnywiseError(
    'ABORTED',
    `${nameOf(request)} was aborted by its sender while \`${sliceOf(request.type)}\` was asked, so whether it was handled is not known.`,
    { cause },
  );
}

export function stoppedWhileAsking({ request, isRepeatable }: Asking): AnywiseError {
  return new AnywiseError(
    'NOT_RUNNING',
    `The bus stopped before ${nameOf(request)} was answered, so whether it was handled is not known.`,
    { retryable: isRepeatable },
  );
}

/** A lost connection, after which only what is repeatable may be sent again. */
export function lostWhileAsking({ isRepeatable }: Asking, error: AnywiseError): AnywiseError {
  if (isRepeatable || !error.retryable) return error;
  return new AnywiseError('UNAVAILABLE', error.message, { cause: error });
}

export function commandOfQuery(type: string): AnywiseError {
  return new AnywiseError(
    'READ_ONLY',
    `A query sent the command \`${type}\` to another service. Queries only read: make it a command.`,
  );
}
