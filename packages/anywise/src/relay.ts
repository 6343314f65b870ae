import { once } from 'node:events';
import { errorText } from './errors.js';
import type { Logger } from './logger.js';
import { Pump } from './pump.js';
import { backoff } from './retry.js';
import type { OutboxOutcome, OutboxRow, RelayLease, Store } from './store.js';
import type { PublishFailure, Transport } from './transport.js';

export interface RelayOptions {
  readonly store: Store;
  readonly transport: Transport;
  readonly holder: string;
  readonly logger: Logger;
  readonly random?: () => number;
}

const batchSize = 200;
const leaseMs = 10_000;
const idlePollMs = 1_000;
const retryDelays = { firstDelayMs: 500, factor: 2, maxDelayMs: 30_000 };

/**
 * Brings committed events from the outbox to the transport, one relay a service. A row is deleted only when the transport
 * has confirmed it; a relay that dies between the two publishes it again under the same id, and receivers recognise it.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #pump: Pump;
  #lease: RelayLease | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#pump = new Pump({
      turn: () => this.#turn(),
      onError: (error) => options.logger.error({ err: error }, 'The relay failed and tries again'),
    });
  }

  start(): void {
    this.#pump.start();
  }

  wake(): void {
    this.#pump.wake();
  }

  /** Sends what still waits, as far as it gets in `flushMs`, and gives the lease back. */
  async stop(flushMs: number): Promise<void> {
    const timeIsUp = new AbortController();
    const timer = setTimeout(() => timeIsUp.abort(), flushMs);
    try {
      // A transport that hangs does not keep the process from stopping.
      await Promise.race([this.#flush(timeIsUp.signal), once(timeIsUp.signal, 'abort')]);
      if (this.#lease !== undefined) await this.#options.store.outbox.release(this.#lease);
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'The relay could not send everything; the rest is sent after the next start',
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #flush(timeIsUp: AbortSignal): Promise<void> {
    await this.#pump.stop();
    while (!timeIsUp.aborted && (await this.#turn()) === 0);
  }

  async #turn(): Promise<number> {
    const { store, transport, holder } = this.#options;
    const rows = await store.outbox.pending(batchSize);
    if (rows.length === 0) return idlePollMs;
    this.#lease = await store.outbox.lease(holder, leaseMs);
    if (this.#lease === undefined) return idlePollMs;

    const failures = await transport.publish(rows.map(({ envelope }) => envelope)).catch(
      // Nothing is known of any of them, so none counts as published.
      (error: unknown) => rows.map((): PublishFailure => ({ error, permanent: false })),
    );
    const outcomes = rows.map((row, index) => this.#outcomeOf(row, failures[index]));
    await store.outbox.settle(this.#lease, outcomes);
    return outcomes.every(({ outcome }) => outcome === 'confirmed') ? 0 : idlePollMs;
  }

  #outcomeOf({ seq, envelope, attempts }: OutboxRow, failure: PublishFailure | undefined): OutboxOutcome {
    if (failure === undefined) return { seq, outcome: 'confirmed' };
    const error = errorText(failure.error);
    const { logger, random = Math.random } = this.#options;
    const details = { type: envelope.type, id: envelope.id, err: failure.error };
    if (failure.permanent) {
      logger.error(details, 'An event can never be published; it is parked in the outbox');
      return { seq, outcome: 'parked', error };
    }
    logger.warn(details, 'An event was not published; it is tried again');
    return { seq, outcome: 'retry', retryInMs: backoff(attempts + 1, retryDelays, random()), error };
  }
}
