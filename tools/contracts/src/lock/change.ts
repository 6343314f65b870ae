import type { Misfit } from './misfits.js';

/** What a change does to those who rely on a message. */
export type Effect =
  /** Code of before, or messages of before, stop working. */
  | 'breaks'
  /** It works if it is deployed in the right order, or worth knowing. */
  | 'note'
  /** No one notices. */
  | 'fits';

/** Who is affected: those that read messages of before, those that have not been deployed yet, or both. */
export type Broken = 'new code reads old messages' | 'old code reads new messages' | 'always';

/** One change since the lock was written. */
export interface Change {
  /** The wire name of the message, or the route. */
  readonly what: string;
  readonly part: 'message' | 'data' | 'reply' | 'error' | 'route';
  readonly effect: Effect;
  /** Absent if nothing breaks. */
  readonly broken?: Broken;
  /** What has changed, one text each, with the field. */
  readonly changes: readonly string[];
  /** The older version that can no longer be read, if it is one. */
  readonly unreadable?: number;
  /** What to do. Absent if there is nothing to do but to accept. */
  readonly todo?: string;
}

/** A misfit as a sentence. */
export function inWords({ at, why }: Misfit): string {
  return `\`${at}\`: ${why}`;
}
