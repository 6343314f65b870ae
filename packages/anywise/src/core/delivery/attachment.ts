import { Pump } from '../../kit/pump.js';
import { backoff } from '../../kit/retry.js';
import { AnywiseError } from '../errors/errors.js';
import { isTerminal } from '../errors/thrown.js';
import type { BoundedCount } from '../ports/bounded-count.js';
import type { Subscription, Transport } from '../ports/transport.js';
import { longestTimerMs } from '../time/timers.js';
import type { Outage } from './outage.js';

export interface AttachmentOptions {
  readonly transport: Transport;
  /** Subscribes to what the bus wants of the transport; `undefined` if it wants nothing. */
  readonly subscribe: () => Promise<Subscription | undefined>;
  /** Called when the transport can be used again. */
  readonly onBack: () => void;
  readonly outage: Outage;
  readonly random?: () => number;
}

/** Soon enough for callers that wait for the broker, and seldom enough for a broker that many services wait for. */
export const awayDelays = { firstDelayMs: 200, factor: 2, maxDelayMs: 5_000 };
/** A broker that refuses this service may lock it out if it is asked too often. */
export const refusedDelays = { firstDelayMs: 1_000, factor: 2, maxDelayMs: 30_000 };
const meaning = '; what is published waits in the outbox, and nothing arrives until it can be used';

/**
 * Keeps a bus attached to a transport that may be away.
 *
 * ```text
 *   new ── start ──▶ attached ◀── it is back, and subscribed to ──┐
 *    │                  └────── look: it cannot be used ──▶ away, tried again and again
 *    └────────────── start: it cannot be reached ───────────▲
 * ```
 */
export class Attachment {
  readonly #options: AttachmentOptions;
  readonly #pump: Pump;
  #subscription: Subscription | undefined;
  #isAttached = false;
  #isAway = false;
  #isStopped = false;
  #failures = 0;

  constructor(options: AttachmentOptions) {
    this.#options = options;
    this.#pump = new Pump({ turn: () => this.#turn(), onError: () => undefined });
  }

  /** Whether the transport could not be used when it was last looked at. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /**
   * Finds out whether the transport can be used. One that cannot be reached is waited for from `start` on.
   *
   * @throws whatever the transport refuses this bus with, if waiting cannot help.
   */
  reach(): Promise<void> {
    return this.#tryOnce(() => this.#options.transport.check());
  }

  /**
   * Subscribes now, or as soon as the transport can be reached.
   *
   * @throws whatever the transport refuses this bus with, if waiting cannot help.
   */
  async start(): Promise<void> {
    if (!this.#isAway) await this.#tryOnce(() => this.#attach());
    if (this.#isAway) this.#pump.start();
  }

  /** Finds out whether the transport is away, after somebody has failed to use it. */
  look(): void {
    if (!this.#isAttached || this.#isAway || this.#isStopped) return;
    this.#pump.start();
    this.#pump.wake();
  }

  /** What waits in the transport for this bus; `undefined` where nothing tells. */
  async lag(limit: number): Promise<BoundedCount | undefined> {
    return this.#isAway || this.#isStopped ? undefined : this.#subscription?.lag?.(limit);
  }

  /** Receives no more. Does not wait for a transport that is away. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    void this.#pump.stop();
    await this.#subscription?.close();
  }

  async #tryOnce(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!AnywiseError.is(error) || !error.retryable) throw error;
      this.#failed(error);
    }
  }

  async #turn(): Promise<number> {
    try {
      await this.#options.transport.check();
      await this.#attach();
    } catch (error) {
      return this.#failed(error);
    }
    this.#cameBack();
    // Until somebody fails to use it.
    return longestTimerMs;
  }

  async #attach(): Promise<void> {
    if (this.#isAttached) return;
    const subscription = await this.#options.subscribe();
    this.#subscription = subscription;
    this.#isAttached = true;
    if (this.#isStopped) await subscription?.close();
  }

  /** How long to pause until the next attempt. */
  #failed(error: unknown): number {
    const { outage, random = Math.random } = this.#options;
    if (!this.#isStopped) outage.failed('check', error, meaning);
    this.#isAway = true;
    return backoff(++this.#failures, isTerminal(error) ? refusedDelays : awayDelays, random());
  }

  #cameBack(): void {
    this.#failures = 0;
    if (this.#isStopped) return;
    this.#options.outage.succeeded('check');
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.onBack();
  }
}
