import { createHash } from 'node:crypto';
import { checkOptions, milliseconds, ofType, type OptionChecks } from '../core/errors/options.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { Received, SubscribeOptions, Subscription } from '../core/ports/transport.js';
import { Pump } from './pump.js';

/** What a transport hands over at once. */
export interface Batch {
  /** May be empty, if everything read is for others. */
  readonly received: readonly Received[];
  /** Called once the batch is received, so that it is not delivered again. A returned promise is awaited. */
  acknowledge(): unknown;
  /** Called instead if `receive` rejects, so that the batch is delivered again. @defaultValue does nothing */
  giveBack?(): unknown;
}

/** Options of one subscription. */
export interface ReadOptions {
  /** Reads the next batch; `undefined` if there are no messages now. */
  readonly next: () => Promise<Batch | undefined>;
  /** The callback of `subscribe`: resolves when the batch is received. */
  readonly receive: (batch: readonly Received[]) => Promise<void>;
  /** Called for each failure; reading continues after a pause. */
  readonly onError: (error: unknown) => void;
  /** The pause before the next read if there was no batch, in milliseconds, or what tells it each time. `wake` ends it. */
  readonly pollMs: number | (() => number);
  /** Called when the subscription was closed and no batch is in hand any more; must not reject. @defaultValue does nothing */
  readonly ended?: () => Promise<void>;
  /** The `lag` of the subscription. @defaultValue it has none */
  readonly lag?: (limit: number) => Promise<BoundedCount>;
}

const checks: OptionChecks<ReadOptions> = {
  next: ofType('function'),
  receive: ofType('function'),
  onError: ofType('function'),
  pollMs: (value) => (typeof value === 'function' ? undefined : milliseconds(1)(value)),
  ended: ofType('function'),
  lag: ofType('function'),
};

/**
 * Identifies a version of a consumer by the types it wants, in any order. A transport that keeps a position for each
 * consumer needs one for each version: otherwise the older version skips messages that only the newer one wants.
 */
export function versionOf(types: readonly string[]): string {
  return JSON.stringify([...types].sort());
}

/** The same as eight characters, where it is part of a name. */
export function shortVersionOf(types: readonly string[]): string {
  return createHash('sha256').update(versionOf(types)).digest('hex').slice(0, 8);
}

/**
 * Tells which messages a consumer gets: those of its types, and every command for it, as a newer version of its service may
 * know what this one does not.
 */
export function isWantedBy({
  consumer,
  types,
}: Pick<SubscribeOptions, 'consumer' | 'types'>): (message: {
  readonly type: string;
  readonly kind: string;
}) => boolean {
  const wanted = new Set(types);
  return ({ type, kind }) => wanted.has(type) || (kind === 'command' && type.startsWith(`${consumer}.`));
}

/**
 * The subscriptions of one transport. Each reads batch after batch, hands one over only once the one before is acknowledged,
 * and acknowledges it only once it was received.
 */
export class Subscriptions {
  /** Each with what ends it. */
  readonly #pumps = new Map<Pump, () => Promise<void>>();

  /** Begins to read. */
  open(options: ReadOptions): Subscription {
    checkOptions('`Subscriptions.open()`', options, checks, ['next', 'receive', 'onError', 'pollMs']);
    const { next, receive, onError, pollMs, ended, lag } = options;
    const turn = async (): Promise<number> => {
      const batch = await next();
      if (batch === undefined) return typeof pollMs === 'function' ? pollMs() : pollMs;
      try {
        if (batch.received.length > 0) await receive(batch.received);
      } catch (error) {
        await batch.giveBack?.();
        throw error;
      }
      await batch.acknowledge();
      return 0;
    };
    const pump = new Pump({ turn, onError });
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => (closing ??= this.#end(pump, ended));
    this.#pumps.set(pump, close);
    pump.start();
    return { close, ...(lag && { lag }) };
  }

  /** Makes each one read at once. */
  wake(): void {
    for (const pump of this.#pumps.keys()) pump.wake();
  }

  /** Ends all of them, and resolves when no batch is in hand. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#pumps.values()].map((close) => close()));
  }

  async #end(pump: Pump, ended?: () => Promise<void>): Promise<void> {
    await pump.stop();
    await ended?.();
    this.#pumps.delete(pump);
  }
}
