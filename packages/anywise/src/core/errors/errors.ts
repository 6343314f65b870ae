import type { ErrorCode } from './codes.js';
import { errorText, hasBrand, isTerminal } from './thrown.js';

const brand = Symbol.for('anywise.error');

/**
 * Everything that this library throws: `code` identifies the case, the message says what happened and what to do next.
 * `retryable` tells a listener's retry policy whether a retry can help.
 */
export class AnywiseError extends Error {
  override readonly name: string = 'AnywiseError';
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Recognises errors of any installed copy of this package. */
  static is(error: unknown): error is AnywiseError {
    return hasBrand(error, brand);
  }
}

/** One thing that is wrong with a value, in the shape of Standard Schema. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Data that does not fit its message's schema. `issues` names each failing field. */
export class InvalidMessageError extends AnywiseError {
  override readonly name = 'InvalidMessageError';

  constructor(
    readonly messageType: string,
    readonly issues: readonly Issue[],
  ) {
    super('INVALID_MESSAGE', `\`${messageType}\` got invalid data: ${issues.map(describeIssue).join('; ')}`);
  }
}

/** The field an issue is about, as `customer.address.0`; empty for the whole value. */
export function issuePath(issue: Issue): string {
  // Not `map`: the array may be of a class that makes its own of what `map` gives, as arktype's is.
  return Array.from(issue.path ?? [], (part) => String(typeof part === 'object' ? part.key : part)).join('.');
}

function describeIssue(issue: Issue): string {
  const path = issuePath(issue);
  return path === '' ? issue.message : `\`${path}\`: ${issue.message}`;
}

/** Everything that is wrong with the setup of a bus, a contract or a registry, in one error. */
export class SetupError extends AnywiseError {
  override readonly name = 'SetupError';

  constructor(
    code: 'INVALID_SETUP' | 'INVALID_CONTRACT' | 'INVALID_REGISTRATION',
    subject: string,
    readonly problems: readonly string[],
  ) {
    super(
      code,
      problems.length === 1
        ? `${subject}: ${String(problems[0])}`
        : `${subject} has ${problems.length} problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
}

/** One listener's failure, as {@link ListenersFailedError} gathers them. */
export interface ListenerFailure {
  readonly listener: string;
  readonly error: unknown;
}

/** Every listener ran; these failed. Retryable if each of the failures is. */
export class ListenersFailedError extends AnywiseError {
  override readonly name = 'ListenersFailedError';

  constructor(
    readonly eventType: string,
    readonly failures: readonly ListenerFailure[],
    /** The names of the listeners that did not fail. */
    readonly succeeded: readonly string[] = [],
  ) {
    super(
      'LISTENERS_FAILED',
      `\`${eventType}\` was published, but ${failures.length} of its listeners failed: ` +
        failures.map(({ listener, error }) => `\`${listener}\` (${errorText(error)})`).join(', '),
      { cause: failures[0]?.error, retryable: !failures.some(({ error }) => isTerminal(error)) },
    );
  }
}

/** A guard has no capacity for a message now. The message was not handled; it may be retried after `retryAfterMs`. */
export class RefusedError extends AnywiseError {
  override readonly name = 'RefusedError';
  /** The message that was refused. If it came from an inbox, it is retried, and the attempt does not count. */
  readonly messageId: string;
  /** The shortest delay before the next attempt, in milliseconds. */
  readonly retryAfterMs: number;

  constructor(
    code: 'OVERLOADED' | 'RATE_LIMITED',
    message: string,
    { messageId, retryAfterMs }: { readonly messageId: string; readonly retryAfterMs: number },
  ) {
    super(code, message, { retryable: true });
    this.messageId = messageId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Wrap an error in this if a retry cannot help: the message becomes a dead letter at once. */
export class TerminalError extends AnywiseError {
  override readonly name = 'TerminalError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super('TERMINAL', message, options);
  }
}
