import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import { LazySignal } from './lazy-signal.js';
import type { Logger } from '../ports/logger.js';
import type { Delivered, Observers } from '../ports/observer.js';
import { Pump } from '../../kit/pump.js';
import { attemptsOf, decideRetry } from '../../kit/retry.js';
import type { FailureOptions } from '../registry/definitions.js';
import type { Claim, ClaimOptions, FailedClaim, InboxEntry } from '../ports/inbox.js';
import type { Store } from '../ports/store.js';

export interface WorkerOptions {
  readonly store: Store;
  /** What it claims for, and what becomes of a message that fails there. */
  readonly listeners: ReadonlyMap<string, FailureOptions>;
  /** Runs the listener and commits; rejects where either fails. `stop` tells the listener that its work is no longer wanted. */
  readonly deliver: (claim: Claim, stop: LazySignal) => Promise<void>;
  readonly holder: string;
  /** How many messages are handled at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly random?: () => number;
}

const idlePollMs = 1_000;
/** How long taking in waits for places before it goes on without. */
const patienceMs = 20;
const unknownRetryMs = 30_000;
/** A longer timer ends at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2 ** 31 - 1;

/** Claims messages from the inbox and has them handled, several at once, those of one key one after the other. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #names: readonly string[];
  readonly #pump: Pump;
  readonly #inFlight = new Map<Claim, LazySignal>();
  /** Told when a message has been handled. */
  #ended: (() => void) | undefined;
  /** Places that are kept for what is being claimed. */
  #reserved = 0;
  /** Whether messages may wait for one in hand to end. */
  #mayWait = true;
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
    this.#mayWait = true;
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
    for (const stop of this.#inFlight.values()) stop.abort(new Error('the process is stopping'));
    await this.#options.store.inbox.release(left);
  }

  /**
   * Takes messages in, and handles at once what can be: searching and claiming it would cost more than all the rest. Where
   * messages are handled quickly it takes in only as many as can be handled at once; where they are not, all of them.
   */
  async take(entries: readonly InboxEntry[]): Promise<void> {
    for (let rest = entries; rest.length > 0;) {
      const count = (await this.#isFreeSoon()) ? this.#free : rest.length;
      const part = rest.slice(0, count);
      await this.#claim((options) => this.#options.store.inbox.add(part, options));
      rest = rest.slice(count);
    }
  }

  /** Whether half of the places are free now or in a moment. */
  async #isFreeSoon(): Promise<boolean> {
    const isFree = (): boolean => this.#free * 2 >= this.#options.concurrency;
    if (isFree()) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#ended = () => {
        if (!isFree()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#ended = undefined;
    return isFree();
  }

  async #turn(): Promise<number> {
    const { store, concurrency } = this.#options;
    // Claiming a few at a time would cost a transaction for each; an end of handling wakes the pump again.
    if (this.#free * 2 < concurrency) return idlePollMs;
    const count = await this.#claim((options) => store.inbox.claim(options));
    // What waits behind a message in hand is there to be claimed when that ends.
    if (count === 0 && this.#inFlight.size === 0) this.#mayWait = false;
    return count === 0 ? idlePollMs : 0;
  }

  get #free(): number {
    return this.#options.concurrency - this.#inFlight.size - this.#reserved;
  }

  /** Handles what `claim` gives, and tells how much it is. */
  async #claim(claim: (options: ClaimOptions) => Promise<readonly Claim[]>): Promise<number> {
    const { holder, leaseMs } = this.#options;
    const limit = Math.max(0, this.#free);
    this.#reserved += limit;
    try {
      const claims = await claim({ listeners: this.#names, holder, limit, leaseMs });
      for (const each of claims) void this.#handle(each);
      return claims.length;
    } finally {
      this.#reserved -= limit;
    }
  }

  async #handle(claim: Claim): Promise<void> {
    const stop = new LazySignal();
    this.#inFlight.set(claim, stop);
    try {
      await this.#options.deliver(claim, stop);
      this.#options.observers.handled(deliveredOf(claim));
    } catch (error) {
      await this.#fail(claim, error);
    } finally {
      this.#inFlight.delete(claim);
      if (this.#inFlight.size === 0) this.#idle?.();
      this.#ended?.();
      if (this.#mayWait) this.#pump.wake();
    }
  }

  async #fail(claim: Claim, error: unknown): Promise<void> {
    const { store, logger } = this.#options;
    if (AnywiseError.is(error) && error.code === 'LEASE_LOST') {
      logger.warn({ listener: claim.listener, id: claim.id }, error.message);
      return;
    }
    const failure = this.#decide(claim, error);
    const { listener, id, attempt } = claim;
    const details = { listener, id, attempt, of: attemptsOf(this.#options.listeners.get(listener)?.retry), err: error };
    if (failure.outcome === 'dead')
      logger.error(details, 'A listener failed for good; the message is a dead letter now');
    else logger.warn({ ...details, retryInMs: failure.retryInMs }, 'A listener failed; the message is tried again');
    try {
      await store.inbox.fail(claim, failure);
      const dead = failure.outcome === 'dead' ? failure.onDead : undefined;
      this.#options.observers.failed({ ...deliveredOf(claim), error, dead });
      if (failure.outcome === 'retry') this.#wakeIn(failure.retryInMs);
    } catch (cause) {
      logger.error(
        { ...details, err: cause },
        'A failure could not be recorded; the message is due again when its lease ends',
      );
    }
  }

  #decide(claim: Claim, cause: unknown): FailedClaim {
    const error = errorText(cause);
    if (AnywiseError.is(cause) && cause.code === 'UNKNOWN_MESSAGE') {
      return { outcome: 'retry', retryInMs: unknownRetryMs, error, free: true };
    }
    const options = this.#options.listeners.get(claim.listener);
    const decision = decideRetry(cause, claim.attempt, options?.retry, (this.#options.random ?? Math.random)());
    if (decision === 'dead') return { outcome: 'dead', onDead: options?.onDead ?? 'park', error };
    return { outcome: 'retry', ...decision, error };
  }

  #wakeIn(delayMs: number): void {
    // Unreferenced, because a failure while the bus stops must not keep the process alive.
    setTimeout(() => this.wake(), Math.min(delayMs, longestTimerMs)).unref();
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
