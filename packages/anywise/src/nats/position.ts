import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { errorText } from '../core/errors/thrown.js';
import { startTimer } from '../core/time/timers.js';
import { hungAfterMs } from '../kit/reader.js';
import { apiCodeOf } from './client.js';
import type { Names } from './names.js';

const probeMs = 1_000;
/** How often a position is written while messages arrive. Each is a message of its own to the server. */
const saveEveryMs = 100;
const wrongSequence = new Set([10_071, 10_164]);

/** How far a consumer has read, and who reads for it. */
interface Position {
  /** The sequence of the last message that was received. */
  readonly at: number;
  /** The instance that reads; empty if none does. */
  readonly holder: string;
}

interface Stored extends Position {
  /** The sequence of this record: a write succeeds only on top of the one it has seen. */
  readonly revision: number;
}

/** The position while this instance reads, and the record that was written of it. */
interface Held {
  at: number;
  revision: number;
  /** When the record was sent. Others wait `hungAfterMs` from then on, however late its answer is read here. */
  savedAt: number;
}

export interface Connected {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** Which record it is. */
export interface PositionOptions {
  readonly names: Names;
  readonly consumer: string;
  readonly types: readonly string[];
  /** What tells this instance from the others. */
  readonly nonce: string;
}

/**
 * The record of how far a consumer has read. One instance holds it and reads; another takes over once that one has gone. What
 * is written late or lost is only received again, which the inbox notices, so nothing waits for a write.
 */
export class PositionRecord {
  readonly #options: PositionOptions;
  readonly #subject: string;
  #held: Held | undefined;
  #saving: Promise<void> | undefined;
  #waiting: NodeJS.Timeout | undefined;
  /** The last record seen of another holder, and when it was first seen, by this process's clock. */
  #other: { readonly revision: number; readonly sinceMs: number } | undefined;

  constructor(options: PositionOptions) {
    this.#options = options;
    this.#subject = options.names.position(options.consumer, options.types);
  }

  /** Whether this instance reads. `false` once another has taken over, or may have while this process was frozen. */
  get isHeld(): boolean {
    return this.#held !== undefined && performance.now() - this.#held.savedAt < hungAfterMs;
  }

  /** Makes the consumer known. A new version begins where the furthest one is; a new service with the oldest message kept. */
  async join(connected: Connected): Promise<void> {
    if ((await this.#read(connected)) !== undefined) return;
    await this.#write(connected, { at: await this.#furthest(connected), holder: '' }, 0);
  }

  /** Takes over if no other instance reads. Gives the sequence of the last message received; `undefined` if another reads. */
  async take(connected: Connected): Promise<number | undefined> {
    const stored = await this.#read(connected);
    if (stored === undefined) {
      await this.join(connected);
      return undefined;
    }
    if (stored.holder !== '' && stored.holder !== this.#options.nonce && (await this.#isAlive(connected, stored))) {
      return undefined;
    }
    const savedAt = performance.now();
    const revision = await this.#write(connected, { at: stored.at, holder: this.#options.nonce }, stored.revision);
    if (revision === undefined) return undefined;
    this.#held = { revision, at: stored.at, savedAt };
    return stored.at;
  }

  /** Notes that everything up to this sequence was received. Written in the background, now and then. */
  advance(connected: Connected, at: number): void {
    if (this.#held === undefined) return;
    this.#held.at = at;
    this.#saveSoon(connected, this.#held.savedAt);
  }

  /** The sequence of the last message that was received, by whichever instance reads. */
  async at(connected: Connected): Promise<number> {
    return this.#held?.at ?? (await this.#read(connected))?.at ?? 0;
  }

  /** Shows the others that this instance still reads, or finds that another has taken over. */
  async renew(connected: Connected): Promise<void> {
    if (this.#held === undefined || performance.now() - this.#held.savedAt < hungAfterMs / 3) return;
    await (this.#saving ??= this.#save(connected, this.#held));
  }

  /** Forgets that this instance reads: its connection is gone, or another has taken over. */
  drop(): void {
    this.#held = undefined;
    this.#saveNoMore();
  }

  /** Lets the next instance read at once. */
  async release(connected: Connected): Promise<void> {
    await this.#saving;
    this.#saveNoMore();
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.#write(connected, { at: held.at, holder: '' }, held.revision);
  }

  #saveSoon(connected: Connected, savedAt: number): void {
    if (this.#saving !== undefined || this.#waiting !== undefined) return;
    const save = (): void => {
      this.#waiting = undefined;
      if (this.#held !== undefined) this.#saving ??= this.#save(connected, this.#held);
    };
    this.#waiting = startTimer(save, Math.max(0, savedAt + saveEveryMs - performance.now()));
    this.#waiting.unref();
  }

  #saveNoMore(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
  }

  async #save(connected: Connected, held: Held): Promise<void> {
    const saved = held.at;
    const savedAt = performance.now();
    try {
      const revision = await this.#write(connected, { at: saved, holder: this.#options.nonce }, held.revision);
      if (this.#held !== held) return;
      if (revision === undefined) this.#held = undefined;
      else Object.assign(held, { revision, savedAt });
    } catch {
      // The reader meets the same failure, and begins again from what was written last.
      if (this.#held === held) this.#held = undefined;
    } finally {
      this.#saving = undefined;
    }
    if (this.#held === held && held.at !== saved) this.#saveSoon(connected, held.savedAt);
  }

  /** The sequence of the new record; `undefined` if another was written since. */
  async #write({ client }: Connected, position: Position, over: number): Promise<number | undefined> {
    try {
      const expect = { lastSubjectSequence: over };
      return (await client.publish(this.#subject, JSON.stringify(position), { expect, retries: 0 })).seq;
    } catch (error) {
      if (wrongSequence.has(apiCodeOf(error) ?? 0)) return undefined;
      throw error;
    }
  }

  #read(connected: Connected, subject = this.#subject): Promise<Stored | undefined> {
    return readPosition(connected, this.#options.names, subject);
  }

  async #furthest(connected: Connected): Promise<number> {
    const { names, consumer } = this.#options;
    const filter = { subjects_filter: names.positionsOf(consumer) };
    const { state } = await connected.manager.streams.info(names.positions, filter);
    const subjects = Object.keys(state.subjects ?? {});
    const known = await Promise.all(subjects.map((subject) => this.#read(connected, subject)));
    return Math.max(0, ...known.map((position) => position?.at ?? 0));
  }

  /** Whether the other instance answers, and has not stopped. */
  async #isAlive({ connection }: Connected, { holder, revision }: Stored): Promise<boolean> {
    if (this.#other?.revision !== revision) this.#other = { revision, sinceMs: performance.now() };
    if (performance.now() - this.#other.sinceMs > hungAfterMs) return false;
    return isAnswered(connection, this.#options.names.alive(this.#options.consumer, holder));
  }
}

/** Whether an instance answers at its subject. */
export async function isAnswered(connection: NatsConnection, subject: string): Promise<boolean> {
  try {
    await connection.request(subject, '', { timeout: probeMs });
    return true;
  } catch (error) {
    // An instance that does not answer in time may be busy; only the server knows that none is there.
    return !/no responders/i.test(errorText(error));
  }
}

/** The record under a subject; `undefined` if there is none. */
export async function readPosition(
  { manager }: Pick<Connected, 'manager'>,
  names: Names,
  subject: string,
): Promise<Stored | undefined> {
  const message = await manager.direct.getMessage(names.positions, { last_by_subj: subject });
  if (message === null) return undefined;
  const { at = 0, holder = '' } = message.json<Partial<Position>>();
  return {
    at,
    holder,
    revision: message.seq,
  };
}
