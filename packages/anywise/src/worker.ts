import { AnywiseError, errorText } from './errors.js';
import type { Logger } from './logger.js';
import type { Delivered, Observers } from './observer.js';
import { Pump } from './pump.js';
import { decideRetry } from './retry.js';
import type { Claim, FailedClaim, Store } from './store.js';
import type { NamedListener } from './wiring.js';

export interface WorkerOptions {
  readonly store: Store;
  readonly listeners: ReadonlyMap<string, NamedListener>;
  /** Runs the listener and commits; rejects where either fails. */
  readonly handle: (claim: Claim, signal: AbortSignal) => Promise<void>;
  readonly holder: string;
  /** How many messages are handled at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly random?: () => number;
}

const idlePollMs = 1_000;
const unknownRetryMs = 30_000;

/** Claims messages from the inbox and has them handled, several at once, those of one key one after the other. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #names: readonly string[];
  readonly #pump: Pump;
  readonly #inFlight = new Map<Claim, AbortController>();
  #heartbeat: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#names = [...options.listeners.keys()];
    this.#pump = new Pump({
      turn: () => this.#turn(),
      onError: (error) => options.logger.error({ err: error }, 'The worker could not claim messages and tries again'),
    });
  }

  start(): void {
    if (this.#names.length === 0) return;
    this.#pump.start();
    this.#heartbeat = setInterval(() => void this.#beat(), this.#options.leaseMs / 3);
  }

  wake(): void {
    this.#pump.wake();
  }

  /** Claims nothing more, waits for what is in hand, and after `timeoutMs` gives the rest back for others to handle. */
  async stop(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    await this.#pump.stop();
    await this.#untilIdle(Math.max(0, deadline - performance.now()));
    clearInterval(this.#heartbeat);
    const left = [...this.#inFlight.keys()];
    if (left.length === 0) return;
    for (const controller of this.#inFlight.values()) controller.abort(new Error('the process is stopping'));
    await this.#options.store.inbox.release(left);
  }

  async #turn(): Promise<number> {
    const { store, holder, concurrency, leaseMs } = this.#options;
    const free = concurrency - this.#inFlight.size;
    // Claiming a few at a time would cost a transaction for each; an end of handling wakes the pump again.
    if (free * 2 < concurrency) return idlePollMs;
    const claims = await store.inbox.claim({ listeners: this.#names, holder, limit: free, leaseMs });
    for (const claim of claims) void this.#handle(claim);
    return claims.length === 0 ? idlePollMs : 0;
  }

  async #handle(claim: Claim): Promise<void> {
    const controller = new AbortController();
    this.#inFlight.set(claim, controller);
    try {
      await this.#options.handle(claim, controller.signal);
      this.#options.observers.handled(deliveredOf(claim));
    } catch (error) {
      await this.#fail(claim, error);
    } finally {
      this.#inFlight.delete(claim);
      if (this.#inFlight.size === 0) this.#idle?.();
      this.#pump.wake();
    }
  }

  async #fail(claim: Claim, error: unknown): Promise<void> {
    const { store, logger } = this.#options;
    if (AnywiseError.is(error) && error.code === 'LEASE_LOST') {
      logger.warn({ listener: claim.listener, id: claim.id }, error.message);
      return;
    }
    const failure = this.#decide(claim, error);
    const details = { listener: claim.listener, id: claim.id, attempt: claim.attempt, err: error };
    if ('dead' in failure) logger.error(details, 'A listener failed for good; the message is a dead letter now');
    else logger.warn({ ...details, retryInMs: failure.retryInMs }, 'A listener failed; the message is tried again');
    try {
      await store.inbox.fail(claim, failure);
      const dead = 'dead' in failure ? failure.dead : undefined;
      this.#options.observers.failed({ ...deliveredOf(claim), error, dead });
      if ('retryInMs' in failure) this.#wakeIn(failure.retryInMs);
    } catch (cause) {
      logger.error(
        { ...details, err: cause },
        'A failure could not be recorded; the message is due again when its lease ends',
      );
    }
  }

  #decide(claim: Claim, error: unknown): FailedClaim {
    const text = errorText(error);
    if (AnywiseError.is(error) && error.code === 'UNKNOWN_MESSAGE') {
      return { retryInMs: unknownRetryMs, error: text, free: true };
    }
    const options = this.#options.listeners.get(claim.listener)?.options;
    const decision = decideRetry(error, claim.attempt, options?.retry, (this.#options.random ?? Math.random)());
    return decision === 'dead' ? { dead: options?.onDead ?? 'park', error: text } : { ...decision, error: text };
  }

  #wakeIn(delayMs: number): void {
    // Unreferenced, because a failure while the bus stops must not keep the process alive.
    setTimeout(() => this.#pump.wake(), delayMs).unref();
  }

  async #beat(): Promise<void> {
    const claims = [...this.#inFlight.keys()];
    if (claims.length === 0) return;
    try {
      const lost = await this.#options.store.inbox.extend(claims, this.#options.leaseMs);
      for (const claim of lost) this.#inFlight.get(claim)?.abort(new Error('the lease was lost'));
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'Leases could not be renewed; what cannot be finished in time is handled again',
      );
    }
  }

  async #untilIdle(timeoutMs: number): Promise<void> {
    if (this.#inFlight.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function deliveredOf({ listener, id, type, key, attempt }: Claim): Delivered {
  return { listener, id, type, key, attempt };
}
