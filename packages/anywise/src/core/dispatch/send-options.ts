import type { ContextEntry } from '../message/context.js';

/** What `send` takes besides the command. */
export interface SendOptions {
  /** Values for the context: `[CurrentUser(user)]`. */
  readonly context?: readonly ContextEntry[];
  /**
   * Sent again with the same key and data, the command is not handled again but gives the same reply. Needs a store, and is
   * for sends from outside of handlers. Keep keys of different callers apart by making the caller part of the key.
   *
   * @throws AnywiseError (`IDEMPOTENCY_CONFLICT`) where the key came before with other data.
   */
  readonly idempotencyKey?: string;
  /**
   * How long to wait, in milliseconds. Then the send rejects, what the command wrote is rolled back, and the handler's
   * signal is aborted, with that of everything it causes. A commit that has begun is waited for. @defaultValue for ever
   *
   * @throws AnywiseError (`TIMEOUT`)
   */
  readonly timeoutMs?: number;
  /**
   * Abort it to give up, with the same effects as when time is up.
   *
   * @throws AnywiseError (`ABORTED`)
   */
  readonly signal?: AbortSignal;
}

/** Send options whose signal ends with the sender's patience. */
export interface LimitedOptions extends SendOptions {
  readonly deadline?: number | undefined;
}
