import { AnywiseError } from '../core/errors/errors.js';

/** Why a store refuses a write of a query's handler. */
export function queryWrote(options: { readonly cause?: unknown } = {}): AnywiseError {
  return new AnywiseError('READ_ONLY', 'A query wrote to the store. Queries only read: make it a command.', options);
}

/** Why a store refuses the use of a transaction that was committed or rolled back. */
export function usedAfterEnd(): AnywiseError {
  return new AnywiseError(
    'NOT_AWAITED',
    'A transaction was used after its message had ended. Await every statement, and do not keep the transaction for later.',
  );
}
