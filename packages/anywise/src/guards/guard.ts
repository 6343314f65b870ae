import type { FrozenContext } from '../core/message/context.js';
import type { Next } from '../core/registry/definitions.js';

/** What a ready guard sees of any command, query or event. */
export interface Message {
  readonly type: string;
}

/**
 * A guard that fits everything: a command, a query, a group of them with `on(…).guard(…)`, and a listener with
 * `on(…).guardedBy(…)`. What it counts belongs to it: used in several places, or by several buses, it counts them together.
 */
export type ReadyGuard<M = Message, Injected extends readonly unknown[] = []> = <Reply>(
  message: M,
  context: FrozenContext,
  next: Next<Reply>,
  ...injected: Injected
) => Promise<Reply>;
