import type { BoundedCount } from './bounded-count.js';

/** What a process says of itself. */
export interface ProcessInfo {
  /** Identifies it, as in the leases that it holds. */
  readonly holder: string;
  readonly service: string;
  /** The version of the service, if its bus was told one. */
  readonly version: string | undefined;
  readonly host: string;
  readonly pid: number;
  /** How many messages it handles at once. */
  readonly concurrency: number;
  /** Its wiring, as `describe()` of the bus gives it. */
  readonly description: unknown;
  /** What its service has not received of the transport; `undefined` where nothing tells. */
  readonly lag?: BoundedCount | undefined;
  /** How far its clock is ahead of the database's, in milliseconds; negative if it is behind, `undefined` until it is known. */
  readonly clockSkewMs?: number | undefined;
}

/** A process that works for a store. */
export interface ProcessRow extends ProcessInfo {
  /** Milliseconds since 1970, by the database's clock. */
  readonly startedAt: number;
  /** When it last said that it runs: milliseconds since 1970, by the database's clock. */
  readonly seenAt: number;
}

/**
 * The processes that work for a store. Each says every minute that it runs. One that was killed stays in the list until
 * `clean` finds that it has said nothing for a day; `seenAt` shows it.
 */
export interface Processes {
  /** Says that a process runs. The first call is its start. Resolves with the time: the database's clock, since 1970. */
  seen(process: ProcessInfo): Promise<number>;
  /** Removes a process that has stopped. */
  left(holder: string): Promise<void>;
  /** Up to `limit` of them, those seen last first. */
  list(limit: number): Promise<readonly ProcessRow[]>;
}
