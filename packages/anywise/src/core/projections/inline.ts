import type { Codec } from '../message/codec.js';
import type { StreamAppend } from '../ports/event-log.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { StoreTransaction } from '../ports/store.js';
import { typesOf, type Projection } from './projection.js';
import { ProjectionWriter } from './writer.js';

/** How many events of a transaction a projection has taken in. */
interface Taken {
  readonly projection: Projection;
  readonly count: number;
}

/** Writes the projections that belong to the transaction that appends. */
export class InlineProjections {
  readonly #projections: readonly Projection[];
  readonly #codec: Codec;
  readonly #instruments: Instruments | undefined;

  constructor(projections: readonly Projection[], codec: Codec, instruments: Instruments | undefined) {
    this.#projections = projections.filter(({ isInline }) => isInline);
    this.#codec = codec;
    this.#instruments = instruments;
  }

  /** Takes in what is about to be appended. Those that have not caught up yet are left to the feed. */
  async write(transaction: StoreTransaction, appends: readonly StreamAppend[]): Promise<readonly Taken[]> {
    // To ask says that this process has them, whether it writes anything now or not.
    if (this.#projections.length === 0) return [];
    const taken: Taken[] = [];
    const keys = (await transaction.projections?.writable(this.#projections)) ?? [];
    for (const key of keys) {
      const projection = this.#projections.find(({ name, version }) => name === key.name && version === key.version);
      if (projection === undefined) continue;
      const writer = new ProjectionWriter(projection, key, this.#codec, transaction);
      const types = typesOf(projection);
      let count = 0;
      for (const { expected, events } of appends) {
        for (const [index, { envelope, json }] of events.entries()) {
          if (!types.includes(envelope.type)) continue;
          await writer.write({ type: envelope.type, version: expected + index + 1, envelope, json });
          count++;
        }
      }
      taken.push({ projection, count });
    }
    return taken;
  }

  /** Counts what was taken in, once it is committed. */
  committed(taken: readonly Taken[]): void {
    if (this.#instruments?.isActive !== true) return;
    for (const { projection, count } of taken) this.#instruments.counts.projected(projection, 'taken', count);
  }
}
