/** A version of a projection: what fills one kind of tables. */
export interface ProjectionVersion {
  readonly name: string;
  readonly version: number;
}

/** One set of the tables of a version. Each rebuild fills another one. */
export interface ProjectionKey extends ProjectionVersion {
  readonly generation: number;
}

/** What a generation is; {@link Projections} draws how it becomes that. */
export type ProjectionState = 'building' | 'live' | 'inline' | 'retired';

/** What a store knows of a generation. Times by its clock, in milliseconds since 1970. */
export interface ProjectionRow extends ProjectionKey {
  readonly state: ProjectionState;
  /** Up to where the log has been read into its tables. Does not move while appenders write them. */
  readonly position: number;
  /** Whether its tables were made. */
  readonly isMade: boolean;
  /** Since when the next event cannot be taken in; `undefined` if nothing is wrong. */
  readonly failedAt: number | undefined;
  readonly lastError: string | undefined;
  /** How many events wait because one of their stream cannot be taken in, that one included. */
  readonly parked: number;
  /** How many events were left out because they cannot be taken in. */
  readonly skipped: number;
  /** Whether parked events are to be retried. */
  readonly isDue: boolean;
  /** When a process last said that it has this version, or when it was retired. */
  readonly seenAt: number;
}

/** A table of a generation. */
export interface ProjectionTable {
  readonly name: string;
  /** The statements that make it, and its indexes. */
  readonly sql: string;
}

/** What became of an event that a generation could not take in; {@link ProjectionFaults} draws it. */
export type FaultState = 'parked' | 'due' | 'skipped';

/** An event that a generation does not take in when its turn comes. Its data stay in the log, and only there. */
export interface NewFault {
  readonly position: number;
  readonly stream: string;
  /** The number of the event in its stream. */
  readonly eventVersion: number;
  /** Its wire name. */
  readonly type: string;
  readonly state: Exclude<FaultState, 'due'>;
  /** Why it cannot be taken in; `undefined` for one that waits for another of its stream. */
  readonly error: string | undefined;
}

/** An event that cannot be taken in, as a store keeps it. */
export interface ProjectionFault extends ProjectionKey, Omit<NewFault, 'state' | 'error'> {
  readonly state: FaultState;
  readonly error: string;
  /** When it was last tried, by the store's clock, in milliseconds since 1970. */
  readonly at: number;
}

/** Which events to show, to retry or to leave out. Those of generations that are read no more are never meant. */
export interface FaultFilter {
  /** @defaultValue every projection */
  readonly name?: string | undefined;
  /** @defaultValue every version */
  readonly version?: number | undefined;
  /** The name of a stream, such as `todos.todo/t-1`. @defaultValue every stream */
  readonly stream?: string | undefined;
}

/**
 * The events that read models could not take in.
 *
 * ```text
 *   cannot be taken in ──▶ parked ◀─────┐ fails again
 *        │                  │ │ retry   │
 *        │             skip │ └──────▶ due ── taken in ──▶ deleted; the next of the stream is due
 *        └──▶ skipped ◀─────┘
 * ```
 *
 * As long as an event of a stream is parked, so are the later ones of that stream: they keep their order.
 */
export interface ProjectionFaults {
  /** Those that have failed, not those that wait for them; by name, version, generation and position. */
  list(filter: FaultFilter, page: { readonly limit: number }): Promise<readonly ProjectionFault[]>;
  /**
   * Has parked events tried again, and then those that wait for them. Returns how many have failed before.
   *
   * @param who acts, for the audit: see `Actions`. @defaultValue no record
   */
  retry(filter: FaultFilter, who?: string): Promise<number>;
  /**
   * Leaves parked events out for good, and has those that wait for them taken in. Returns how many were left out.
   *
   * @param who as above
   */
  skip(filter: FaultFilter, who?: string): Promise<number>;
}

/** A generation that no other process fills for now. */
export interface HeldGeneration {
  readonly position: number;
  /** The streams with parked events, of those that were asked for. */
  readonly parked: ReadonlySet<string>;
}

/** The events that a generation could not take in, within the transaction that fills it. */
export interface FaultTransaction {
  /**
   * Where a generation is, and which of these streams have parked events. No other fills the generation until this ends;
   * `undefined` if it is not there.
   */
  hold(key: ProjectionKey, streams: readonly string[]): Promise<HeldGeneration | undefined>;
  /** Keeps events that are not taken in now. */
  add(key: ProjectionKey, faults: readonly NewFault[]): Promise<void>;
  /** Up to `limit` parked events of one stream, in order, if the first of them is due. No other can take them in until this ends. */
  due(
    key: ProjectionKey,
    limit: number,
  ): Promise<readonly Pick<ProjectionFault, 'position' | 'stream' | 'eventVersion'>[]>;
  /** Forgets parked events that were taken in: the next one of the stream is due. `false` if they are not parked: roll back. */
  taken(key: ProjectionKey, stream: string, positions: readonly number[]): Promise<boolean>;
  /** Parks an event again that was due. */
  fail(key: ProjectionKey, position: number, error: string): Promise<void>;
}

/** Where read models stand, and their tables. */
export interface ProjectionTransaction {
  /** The events that they could not take in. */
  readonly faults: FaultTransaction;
  /** The generation to read: the live one, or the newest as long as none is; `undefined` if there is none. */
  generation(projection: ProjectionVersion): Promise<number | undefined>;
  /**
   * Which generations of these a transaction that appends has to write. They do not change until it ends. A transaction that
   * appends and does not ask, or leaves out one that appenders write, makes that one `live` with its commit, so that the
   * feed goes on from there.
   *
   * @throws StreamConflictError as appends do, if it has to give way to another transaction.
   */
  writable(projections: readonly ProjectionVersion[]): Promise<readonly ProjectionKey[]>;
  /**
   * Moves a generation to another position, and clears its failure. `false` if it is not at `from`, or appenders write it, or
   * it is retired: then roll back, because another was quicker.
   */
  advance(key: ProjectionKey, from: number, to: number): Promise<boolean>;
  /** Waits until no other transaction has appended without being committed, and lets none append until this one ends. */
  appendAlone(): Promise<void>;
  /**
   * Makes a generation the one that is read, and retires the older ones of its version.
   *
   * @param isInline appenders write it from now on. Only after `appendAlone`, with everything that the feed then has.
   */
  live(key: ProjectionKey, isInline: boolean): Promise<void>;
}

/**
 * The read models that are made from the log.
 *
 * ```text
 *   building ── has caught up ──▶ live ── has caught up, and appenders are to write it ──▶ inline
 *      │                          │ ▲                                                      │ │
 *      │                          │ └───────── an append by code that does not write it ───┘ │
 *      │                          └───────────── a newer generation is live ─────────────────┤
 *      └── dropped                                                       deleted ◀── retired ◀┘
 * ```
 */
export interface Projections {
  /** The events that they could not take in. */
  readonly faults: ProjectionFaults;
  /** Every generation, by name, version and generation. */
  list(): Promise<readonly ProjectionRow[]>;
  /** Makes what is missing of a generation: it is `building` then, at position 0. What is there stays as it is. */
  prepare(key: ProjectionKey, tables: readonly ProjectionTable[]): Promise<void>;
  /**
   * Adds a generation to a version that has one, `building`, whose tables `prepare` makes. One that is being built already is
   * given instead.
   *
   * @param who acts, for the audit: see `Actions`. @defaultValue no record
   * @returns its number; `undefined` if the version is unknown.
   */
  rebuild(projection: ProjectionVersion, who?: string): Promise<number | undefined>;
  /**
   * Gives the right to fill the tables of a version to one holder at a time, until `leaseMs` from now; 0 gives it back.
   * `false` while another has it. One whose holder is known to be dead ends early. In any case it is noted that this process
   * has the version.
   */
  lease(projection: ProjectionVersion, holder: string, leaseMs: number): Promise<boolean>;
  /** Keeps why the next event cannot be taken in. */
  fail(key: ProjectionKey, error: string): Promise<void>;
  /**
   * Deletes a generation with its tables, and what it could not take in.
   *
   * @param who as above
   */
  drop(key: ProjectionKey, who?: string): Promise<void>;
}
