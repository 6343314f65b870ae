import type { FrozenContext } from '../core/message/context.js';
import type { Next } from '../core/registry/definitions.js';

/** The part of a command, query or event that a ready guard sees. */
export interface Message {
  readonly type: string;
}

/**
 * A guard that fits everything: a command, a query or a group with `on(…).guard(…)`, and a listener with
 * `on(…).guardedBy(…)`. Its counts are its own: used in several places, or by several buses, it counts them together.
 */
export type ReadyGuard<M = Message, Injected extends readonly unknown[] = []> = <Reply>(
  message: M,
  context: FrozenContext,
  next: Next<Reply>,
  ...injected: Injected
) => Promise<Reply>;
