import { randomUUID } from 'node:crypto';
import type { Received } from 'anywise';
import { holderName, isDeadHolder, isWantedBy, readEnvelope, repeatEvery, type Batch } from 'anywise/kit';
import { leaseMs, type Entry, type Log, type ReaderName } from './log.js';

/** What a reader reads, and for whom. */
export interface ReaderOptions {
  readonly consumer: string;
  readonly types: readonly string[];
  readonly maxMessageBytes: number;
  /** The log, over a connection that works. */
  readonly log: () => Promise<Log>;
}

/**
 * Reads the log for one instance of a consumer, as long as no other instance does. It remembers nothing: each batch begins
 * after the position that is stored, so one that was not acknowledged comes again, here or elsewhere.
 */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #name: ReaderName;
  readonly #isWanted: ReturnType<typeof isWantedBy>;
  #stopRenewing = async (): Promise<void> => undefined;
  #isReading = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { consumer, types } = options;
    this.#name = { consumer, types, holder: holderName(randomUUID()) };
    this.#isWanted = isWantedBy(options);
  }

  /** Makes the consumer known, so that it misses nothing from now on. */
  async join(): Promise<void> {
    const log = await this.#options.log();
    await log.join(this.#name);
    // A batch may be in hand for longer than the lease lasts.
    this.#stopRenewing = repeatEvery(() => this.#renew(), { everyMs: leaseMs / 3 });
  }

  /** The next batch; `undefined` if there is none, or another instance reads. */
  async next(): Promise<Batch | undefined> {
    const log = await this.#options.log();
    const { entries, heldBy } = await log.read(this.#name);
    this.#isReading = heldBy === undefined;
    if (heldBy !== undefined && isDeadHolder(heldBy)) await log.release({ ...this.#name, holder: heldBy });
    const last = entries.at(-1);
    if (last === undefined) return undefined;
    return {
      received: entries.flatMap((entry) => this.#receivedIn(entry)),
      acknowledge: async () => (await this.#options.log()).acknowledge(this.#name, last.id),
    };
  }

  /** Lets the next instance read at once. If that fails, it does so when the lease has ended. */
  async close(): Promise<void> {
    await this.#stopRenewing();
    if (!this.#isReading) return;
    try {
      const log = await this.#options.log();
      await log.release(this.#name);
    } catch {
      // The server is away.
    }
  }

  /** What an entry holds, unless it is for others. One that does not say whom it is for goes to all. */
  #receivedIn({ id, kind, type, bytes, text }: Entry): readonly Received[] {
    const says = { kind, type };
    if (type !== '' && !this.#isWanted(says)) return [];
    const isPart = bytes > text.byteLength;
    const wire = { text, name: `Entry ${id} of the log`, ...(isPart ? { bytes } : {}), ...(type === '' ? {} : says) };
    const received = readEnvelope(wire, this.#options.maxMessageBytes);
    return 'envelope' in received && !this.#isWanted(received.envelope) ? [] : [received];
  }

  async #renew(): Promise<void> {
    if (!this.#isReading) return;
    const log = await this.#options.log();
    await log.renew(this.#name);
  }
}
