import type { ContextEntry } from '../core/message/context.js';
import type { Command } from '../core/message/message.js';

/** The part of the bus that routes use. */
export interface Sender {
  /** Sends a command or query to its handler and returns the reply. */
  send(command: Command, options?: SenderOptions): Promise<unknown>;
}

/** What a route passes to the bus besides the message. */
export interface SenderOptions {
  readonly context?: readonly ContextEntry[];
  readonly idempotencyKey?: string;
  readonly checkReply?: boolean;
  /** The trace that the caller is in, as the W3C writes it. */
  readonly trace?: { readonly traceparent?: string; readonly tracestate?: string };
}

/** Options of `routes()`. */
export interface RoutesOptions<Request = unknown> {
  /** Values for the context of each message, such as the user. @defaultValue nothing */
  readonly context?: (request: Request) => readonly ContextEntry[];
  /**
   * Who owns an `Idempotency-Key`, usually the user's id: keys of different owners never collide. Required if any route
   * accepts such keys.
   */
  readonly idempotencyScope?: (request: Request) => string;
  /** The largest body in bytes, after decompression. A larger one gets a 413. @defaultValue 102_400 (100 KiB) */
  readonly bodyLimitBytes?: number;
}

export const defaultBodyLimitBytes = 102_400;
