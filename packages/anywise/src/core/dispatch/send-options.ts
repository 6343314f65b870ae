import type { Abortable, LazySignal } from '../time/lazy-signal.js';
import { abortSignal, anyText, fields, milliseconds, ofType, type OptionChecks } from '../errors/options.js';
import type { Trace, TraceAttributes } from '../ports/instrumentation.js';
import { entriesCheck, type ContextEntry, type ContextOptions } from '../message/context.js';

/** What `send` takes besides the command. */
export interface SendOptions {
  /** Values for the context: `[CurrentUser(user)]`. */
  readonly context?: readonly ContextEntry[];
  /**
   * Makes the command safe to repeat: sent again with the same key and data, it is not handled again but returns the same
   * reply. Needs a store where it is handled. If that is here, it only works for sends from outside a handler. Make the caller
   * part of the key, so that keys of different callers never clash.
   *
   * @defaultValue none; for a command that a listener, or the handler of an enqueued command, sends to another service: a key
   * that is the same in each of its attempts
   * @throws AnywiseError (`IDEMPOTENCY_CONFLICT`) if the key was used before with other data.
   */
  readonly idempotencyKey?: string;
  /**
   * How long to wait, in milliseconds. After that the send rejects, the command's writes are rolled back, and the signal of
   * the handler, and of everything it caused, is aborted. A commit that has begun is awaited. If another service is asked,
   * it is not known whether it handled the message.
   *
   * @defaultValue no limit; if another service is asked, what the caller has left, or the bus's `remoteTimeoutMs`
   *
   * @throws AnywiseError (`TIMEOUT`)
   */
  readonly timeoutMs?: number;
  /**
   * Abort it to give up, with the same effects as a timeout. If it is aborted already, nothing runs.
   *
   * @throws AnywiseError (`ABORTED`)
   */
  readonly signal?: AbortSignal;
  /**
   * Returns the reply exactly as its contract declares it, without anything else that the handler returned: for replies that
   * leave the process. Kept replies, and those of HTTP routes, are always checked. @defaultValue the bus's `checkReplies`
   *
   * @throws AnywiseError (`INVALID_REPLY`) if the reply does not fit its schema; then nothing is committed.
   */
  readonly checkReply?: boolean;
  /**
   * What to do if another service is asked and cannot answer now. `true` also tries again if no instance answers, or if too
   * many requests wait, until the time is up; `false` never tries again.
   *
   * @defaultValue tries again after a lost connection, if the message is a query or has an idempotency key
   */
  readonly retry?: boolean;
  /**
   * The trace of the caller of this process, as the W3C writes it (`traceparent` and `tracestate`), for what brings messages in
   * from elsewhere; HTTP routes pass the headers on. The message continues it, unless this process has a span of its own. Within
   * a handler, and without an `instrumentation`, it has no effect. @defaultValue none: it begins a trace
   */
  readonly trace?: TraceAttributes;
}

export const sendChecks: OptionChecks<SendOptions> = {
  context: entriesCheck,
  idempotencyKey: anyText(),
  timeoutMs: milliseconds(0),
  signal: abortSignal(),
  checkReply: ofType('boolean'),
  retry: ofType('boolean'),
  trace: fields(),
};

/** What of send options concerns the handler, and what follows from them once the clock has started. */
export interface SendWithDeadline {
  readonly context?: readonly ContextEntry[] | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly checkReply?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: Abortable | undefined;
  /** Aborted when the caller no longer wants the reply, or time is up. */
  readonly stop?: LazySignal | undefined;
  /** When time is up, in milliseconds since 1970. */
  readonly deadline?: number | undefined;
  readonly origin?: Origin | undefined;
  /** What an instrumentation keeps of the message. */
  readonly span?: Trace;
}

/** Where a message comes from that another service has sent. */
export type Origin = Pick<ContextOptions, 'messageId' | 'correlationId' | 'causationId'>;

/** How a message of another service is handled. */
export interface ReceiveOptions extends Pick<
  SendWithDeadline,
  'context' | 'timeoutMs' | 'idempotencyKey' | 'checkReply'
> {
  readonly signal: Abortable;
  readonly origin: Origin;
  readonly span: Trace;
}
