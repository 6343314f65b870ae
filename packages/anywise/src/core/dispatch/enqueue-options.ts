import type { ContextEntry } from '../message/context.js';
import { AnywiseError } from '../errors/errors.js';
import type { Due } from '../ports/store.js';

const longestDelayMs = 100 * 365 * 24 * 3_600_000;

/** What `enqueue` takes besides the command. */
export interface EnqueueOptions {
  /** How long it waits before it is due, in milliseconds. @defaultValue due at once */
  readonly delayMs?: number;
  /** When it is due, instead of `delayMs`. A time that has passed is now. */
  readonly at?: Date;
  /**
   * Commands of one type with one key are handled one after the other, in the order in which they were enqueued. A delayed one
   * joins them when it is due. @defaultValue no order
   */
  readonly key?: string;
  /** Values for the context. Those of keys with a header travel with the command; others are left behind. */
  readonly context?: readonly ContextEntry[];
}

/**
 * When a command is due; `undefined` for at once.
 *
 * @throws AnywiseError (`INVALID_SETUP`) where the options make no time.
 */
export function dueOf(type: string, { delayMs, at }: EnqueueOptions): Due | undefined {
  if (at !== undefined) {
    if (delayMs !== undefined) throw unclear(type, 'both `delayMs` and `at`; give one of them');
    if (Number.isNaN(at.getTime())) throw unclear(type, 'an invalid date as `at`; give one that exists');
    return { at: at.getTime() };
  }
  if (delayMs === undefined || delayMs === 0) return undefined;
  if (!(delayMs >= 0 && delayMs <= longestDelayMs)) {
    throw unclear(type, `\`delayMs: ${delayMs}\`; give milliseconds from 0 to a hundred years`);
  }
  return { delayMs };
}

/** A due time as people write it, by this process's clock, in milliseconds since 1970. */
export function timeOf(due: Due | undefined): number {
  if (due === undefined) return Date.now();
  return 'at' in due ? Math.max(due.at, Date.now()) : Date.now() + due.delayMs;
}

function unclear(type: string, what: string): AnywiseError {
  return new AnywiseError('INVALID_SETUP', `\`${type}\` was enqueued with ${what}.`);
}
