import { AnywiseError } from '../core/errors/errors.js';
import { DomainError } from '../core/message/domain-error.js';

const other = '_OTHER';

/**
 * The `error.type` of whatever was thrown, or of the error in an answer: a domain error's type, a code, or a class. Never throws:
 * the sender is to get what was thrown.
 */
export function errorType(error: unknown): string {
  if (DomainError.is(error)) return error.type;
  if (AnywiseError.is(error)) return error.code;
  if (typeof error !== 'object' || error === null) return other;
  try {
    return nameOf(error);
  } catch {
    return other;
  }
}

function nameOf(error: object): string {
  const isThrown = error instanceof Error || Object.prototype.toString.call(error) === '[object Error]';
  const { name, type, code } = error as Readonly<Record<string, unknown>>;
  const found = isThrown ? name : (type ?? code);
  return typeof found === 'string' && found !== '' ? found : other;
}
