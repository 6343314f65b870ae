import { AnywiseError } from '../core/errors/errors.js';

/** The error for a write by a query's handler. */
export function queryWrote(options: { readonly cause?: unknown } = {}): AnywiseError {
  return new AnywiseError('READ_ONLY', 'A query wrote to the store. Queries only read: make it a command.', options);
}

/** The error for the use of a transaction after its commit or rollback. */
export function usedAfterEnd(): AnywiseError {
  return new AnywiseError(
    'NOT_AWAITED',
    'A transaction was used after its message had ended. Await every statement, and do not keep the transaction for later.',
  );
}
