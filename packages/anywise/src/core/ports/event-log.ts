import { AnywiseError } from '../errors/errors.js';
import type { WrittenEnvelope } from '../message/envelope.js';

/** An event as the log keeps it. */
export interface LoggedEvent {
  /** Its place in the log: later events of the service have higher ones. Numbers may be missing. */
  readonly position: number;
  /** The stream that it belongs to: the name of the entity and its id, as in `todos.todo/t-1`. */
  readonly stream: string;
  /** Its number in the stream: 1, 2, 3 and so on, without gaps. */
  readonly version: number;
  /** Its wire name. */
  readonly type: string;
  /** The envelope as it was published; `undefined` once it was erased. */
  readonly json: string | undefined;
}

/** The state of an entity at a version of its stream, kept so that earlier events need not be read. */
export interface Snapshot {
  readonly version: number;
  /** What the state looks like: one of another shape is ignored. */
  readonly shape: number;
  /** As JSON. */
  readonly state: string;
}

/** What `load` reads of a stream. */
export interface LoadOptions {
  /** Begins with the snapshot of this shape, if there is one. @defaultValue without a snapshot */
  readonly shape?: number | undefined;
  /** Only events with higher versions. @defaultValue 0 */
  readonly after?: number | undefined;
  /** The most events to read. */
  readonly limit: number;
  /**
   * Waits until no other transaction that asked for the same is open, so that nothing is appended between this and the
   * commit by those. For another try after a conflict. @defaultValue false
   */
  readonly inTurn?: boolean | undefined;
}

/** A part of a stream. */
export interface LoadedStream {
  readonly snapshot?: Snapshot | undefined;
  /** In the order of their versions, after the snapshot. */
  readonly events: readonly LoggedEvent[];
}

/** Events for one stream. */
export interface StreamAppend {
  readonly stream: string;
  /** The version of its last event, 0 for a stream without one. */
  readonly expected: number;
  /** At least one. */
  readonly events: readonly WrittenEnvelope[];
  /**
   * Replaces the one that is kept. It is not kept if the event at the expected version was erased, because its state may say
   * what should be forgotten. @defaultValue none
   */
  readonly snapshot?: Snapshot | undefined;
}

/**
 * Another transaction has appended to a stream in between. Nothing was committed. Run again, with what is there now, the
 * message may succeed.
 */
export class StreamConflictError extends AnywiseError {
  override readonly name = 'StreamConflictError';

  constructor(
    readonly stream: string,
    options: { readonly cause?: unknown } = {},
  ) {
    const text = `Another message has appended to \`${stream}\` in between. Nothing was committed; send the message again.`;
    super('CONFLICT', text, { ...options, retryable: true });
  }

  /** Recognises errors of any installed copy of this package. Never throws, whatever was thrown. */
  static override is(error: unknown): error is StreamConflictError {
    return AnywiseError.is(error) && error.name === 'StreamConflictError';
  }
}

/** The log within a transaction: what it appends commits with everything else in it, or not at all. */
export interface LogTransaction {
  /** Events of a stream in the order of their versions, those of this transaction not among them. */
  load(stream: string, options: LoadOptions): Promise<LoadedStream>;
  /**
   * Appends to streams, each of which must be at its expected version when the transaction commits. Events get their
   * positions in the order of the calls.
   *
   * @throws StreamConflictError here or from `commit`, if a stream is at another version.
   */
  append(appends: readonly StreamAppend[]): Promise<void>;
  /**
   * Removes the envelopes and the snapshot of a stream. Versions, types and positions stay. Returns how many events had an
   * envelope.
   */
  erase(stream: string): Promise<number>;
}

/** A part of the log, in the order of positions. */
export interface FeedPage {
  readonly events: readonly LoggedEvent[];
  /** Everything up to here was looked at: read on after it. */
  readonly position: number;
  /** Whether nothing after it can be read yet. */
  readonly isEnd: boolean;
  /** Whether an append that was in hand when this was read may still add events after it, or has added some. */
  readonly isHeldUp: boolean;
}

/** What `feed` reads. */
export interface FeedOptions {
  /** The most events to look at. Fewer come if they are large. */
  readonly limit: number;
  /** The wire names of the events to return. @defaultValue all */
  readonly types?: readonly string[] | undefined;
}

/** Which streams to list. */
export interface StreamsOptions {
  /** Only streams after this one. @defaultValue from the first */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * The events of a service's entities, in one order.
 *
 * The feed never skips an event: what was not committed when a later one was returned gets a higher position, or had none to
 * begin with. Events of one stream come in the order of their versions. Between streams, the order is that in which positions
 * were given, which need not be that of the commits.
 */
export interface EventLog {
  /** The events after a position, 0 for all, as far as nothing before them can still be committed. */
  feed(after: number, options: FeedOptions): Promise<FeedPage>;
  /** The last position that was given; 0 before the first. Its event may not be committed yet, or never will be. */
  last(): Promise<number>;
  /** For how long the feed has waited for a transaction that has positions and is being committed, in milliseconds; 0 if for none. */
  heldUpMs(): Promise<number>;
  /** The names of the streams that begin with a text, in the order of their bytes. */
  streams(prefix: string, options: StreamsOptions): Promise<readonly string[]>;
}
