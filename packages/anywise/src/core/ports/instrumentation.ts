import type { Envelope } from '../message/envelope.js';
import type { BoundedCount } from './bounded-count.js';
import type { BusStatus } from './bus-status.js';
import type { Claim, FailedClaim, InboxEntry } from './inbox.js';
import type { ProjectionVersion } from './projections.js';

/**
 * What an instrumentation keeps of a span, for what happens within it: the bus passes it on and never looks into it.
 * `undefined` where there is none.
 */
export type Trace = unknown;

/** What an envelope carries of a trace, as the W3C writes it. */
export interface TraceAttributes {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** A message that is handled where it was sent or published. */
export interface Handling {
  readonly kind: 'command' | 'query' | 'event';
  /** Its wire name. */
  readonly type: string;
  /** The listener's name, for an event. */
  readonly listener?: string;
}

/** How an attempt to handle a claimed message has ended. */
export type AttemptEnd =
  | { readonly outcome: 'handled' | 'lost' }
  | {
      readonly outcome: FailedClaim['outcome'];
      readonly error: unknown;
      /** When it is tried again, in milliseconds, if it is. */
      readonly retryInMs?: number;
      /** What waits for it, if it is a dead letter. */
      readonly onDead?: string;
    };

/** What surrounds the work of one bus. Each method that is given `run` calls it once, and returns what it returns. */
export interface Instruments {
  /** Whether anything is recorded now. If not, the bus calls no other method but `background`. */
  readonly isActive: boolean;
  /** Around commands, queries and events that are handled, or answered by another service, before the sender goes on. */
  readonly calls: CallInstruments;
  /** Around messages that take the durable way. */
  readonly deliveries: DeliveryInstruments;
  /** Told of what is counted besides. */
  readonly counts: CountInstruments;
  /** Runs what goes on by itself, such as polling: nothing of it is recorded, and it belongs to no message. */
  background<T>(run: () => T): T;
  /** Told that the bus has stopped. */
  close(): void;
}

/** What became of events in a read model. */
export type Projected = 'taken' | 'parked' | 'skipped';

export interface CountInstruments {
  /** Events that a projection has taken in, from the log or inline, parked or skipped; after the commit. */
  projected(projection: ProjectionVersion, outcome: Projected, count: number): void;
  /**
   * Work that is rolled back because another message was quicker with its entity, and is run again or given up.
   *
   * @param entity the name of the entity or saga; `undefined` where it was none.
   */
  conflict(entity: string | undefined): void;
}

export interface CallInstruments {
  /** What is within a trace that began elsewhere. `undefined` if its attributes name none. */
  continued(attributes: TraceAttributes): Trace;
  /** A command or query that is sent to its handler here, commit included, or a listener inside `publish`. */
  handle<T>(what: Handling, within: Trace, run: (trace: Trace) => Promise<T>): Promise<T>;
  /** A command or query that another service answers. The request carries the attributes that `run` is given. */
  ask<T>(request: Envelope, within: Trace, run: (attributes: TraceAttributes) => Promise<T>): Promise<T>;
  /** A command or query of another service. `errorOf` tells why its answer is an error, if it is. */
  answer<T>(request: Envelope, run: (trace: Trace) => Promise<T>, errorOf: (answer: T) => unknown): Promise<T>;
}

export interface DeliveryInstruments {
  /** What the envelope of an event or of an enqueued command is to carry. Called before it is stored. */
  create(envelope: Envelope, within: Trace): TraceAttributes;
  /** Around the call that hands a batch to the transport. */
  relay<T>(batch: readonly Envelope[], run: () => Promise<T>): Promise<T>;
  /** Around one attempt, commit and records of its failure included. `run` does not reject. */
  process(claim: Claim, run: (trace: Trace) => Promise<AttemptEnd>): Promise<AttemptEnd>;
  /** Around the messages of one batch listener that are handled together. Rejects as `run` does. */
  processBatch(claims: readonly Claim[], run: (trace: Trace) => Promise<void>): Promise<void>;
  /** Told of a message that became a dead letter on arrival: it cannot be read, stored or told from an old one. */
  buried(entry: InboxEntry): void;
}

/** A bus that is to be instrumented. */
export interface InstrumentedBus {
  /** The service's name. */
  readonly name: string;
  /**
   * What waits in its store, each number counted to `limit` and no older than `maxAgeMs`; `undefined` without a store. What
   * waits in the transport is not in it.
   *
   * @throws AnywiseError (`NOT_RUNNING`) unless the bus runs.
   */
  status(limit: number, maxAgeMs: number): Promise<BusStatus | undefined>;
  /** What waits for it in the transport, counted to `limit`; `undefined` where nothing tells. */
  lag(limit: number): Promise<BoundedCount | undefined>;
}

/** Records what a bus does: `otel()` of `anywise/otel` is one. */
export interface Instrumentation {
  /** Called once for each bus, when it is made. */
  instrument(bus: InstrumentedBus): Instruments;
}

/** Has an envelope that was just made carry its trace. */
export function withTrace(envelope: Envelope, instruments: Instruments | undefined, within: Trace): Envelope {
  if (instruments?.isActive !== true) return envelope;
  const { traceparent, tracestate } = instruments.deliveries.create(envelope, within);
  // Nothing else refers to it yet, and a copy would cost more than the rest.
  const own: { -readonly [Name in keyof TraceAttributes]: TraceAttributes[Name] } = envelope;
  if (traceparent !== undefined) own.traceparent = traceparent;
  if (tracestate !== undefined) own.tracestate = tracestate;
  return envelope;
}
