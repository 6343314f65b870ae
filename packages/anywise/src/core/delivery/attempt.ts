import { attemptsOf, decideRetry } from '../../kit/retry.js';
import { Waiters } from '../../kit/wait.js';
import { AnywiseError } from '../errors/errors.js';
import { startTimer } from '../time/timers.js';
import { errorText, refusalOf, thrownOrigin } from '../errors/thrown.js';
import { envelopeIn } from '../message/envelope.js';
import type { Claim, FailedClaim } from '../ports/inbox.js';
import type { Logger } from '../ports/logger.js';
import type { AttemptEnd, Instruments, Trace } from '../ports/instrumentation.js';
import type { Delivered, Observers } from '../ports/observer.js';
import type { Store } from '../ports/store.js';
import type { BatchOptions, FailureOptions } from '../registry/definitions.js';
import { batchTimedOut, leaseLost, stopping, timedOut, tooManyAttempts } from './attempt-errors.js';
import { handleBatch, type BatchOutcome } from './batch.js';
import { LazySignal } from '../time/lazy-signal.js';

/** How the messages of one listener are handled. */
export interface ListenerSettings extends FailureOptions {
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  /** How many are handled at once; of a batch listener, how many batches. */
  readonly places: number;
  /** Takes many at once. @defaultValue one by one */
  readonly batch?: Required<BatchOptions> | undefined;
}

export interface AttemptsOptions {
  readonly store: Store;
  readonly listeners: ReadonlyMap<string, ListenerSettings>;
  readonly deliver: (claim: Claim, stop: LazySignal, trace: Trace) => Promise<void>;
  /** The same for several messages of one batch listener: all of their effects commit, or none. */
  readonly deliverBatch: (claims: readonly Claim[], stop: LazySignal, trace: Trace) => Promise<void>;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly instruments?: Instruments | undefined;
  readonly random?: () => number;
  /** Called when an attempt has ended, with whatever outcome. */
  readonly ended: (claim: Claim) => void;
  /** Called with the milliseconds until a message is due again. */
  readonly wakeIn: (delayMs: number) => void;
}

const unknownRetryMs = 30_000;
/** How long a suspect waits for the others in hand to end. */
const aloneWithinMs = 5_000;

/** The attempts that this process has in hand, each with its lease, its time limit and its outcome. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #inHand = new Map<Claim, LazySignal>();
  #isStopped = false;
  readonly #waiters = new Waiters();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#inHand.size;
  }

  /** Handles a claimed message. Never throws: a failure is recorded. */
  begin(claim: Claim): void {
    const stop = new LazySignal();
    this.#inHand.set(claim, stop);
    const run = claim.isSuspect === true ? this.#runAlone(claim, stop) : this.#run(claim, stop);
    const unrecorded = (error: unknown): void => {
      const { listener, id } = claim;
      const text = 'An attempt could not be brought to its end; the message is due again when its lease ends';
      this.#options.logger.error({ listener, id, err: error }, text);
    };
    void run.catch(unrecorded).finally(() => {
      this.#inHand.delete(claim);
      this.#waiters.wake();
      this.#options.ended(claim);
    });
  }

  /**
   * Handles claimed messages of one batch listener. Never throws.
   *
   * @param gather claims further messages for the batch, when it is time to begin.
   * @param ended called when every message has its outcome, and told whether all were handled.
   */
  beginBatch(
    claims: readonly Claim[],
    gather: () => Promise<readonly Claim[]>,
    ended: (areHandled: boolean) => void,
  ): void {
    const batch = [...claims];
    for (const claim of claims) this.#inHand.set(claim, new LazySignal());
    let areHandled = false;
    const run = async (): Promise<void> => {
      for (const claim of await gather()) {
        this.#inHand.set(claim, new LazySignal());
        batch.push(claim);
      }
      areHandled = await this.#runBatch(batch);
    };
    const unrecorded = (error: unknown): void => {
      const text = 'A batch could not be brought to its end; its messages are due again when their leases end';
      this.#options.logger.error({ listener: claims[0]?.listener, err: error }, text);
    };
    void run()
      .catch(unrecorded)
      .finally(() => {
        for (const claim of batch) this.#inHand.delete(claim);
        this.#waiters.wake();
        ended(areHandled);
      });
  }

  /** Renews the leases of all attempts in hand, and stops those that have lost theirs. */
  async extendLeases(): Promise<void> {
    await this.#extend([...this.#inHand.keys()]);
  }

  async #extend(claims: readonly Claim[]): Promise<void> {
    if (claims.length === 0) return;
    const { store, leaseMs, logger } = this.#options;
    try {
      for (const claim of await store.inbox.extend(claims, leaseMs)) this.#inHand.get(claim)?.abort(leaseLost(claim));
    } catch (error) {
      logger.warn(
        { err: error },
        'Leases could not be renewed; messages that are not finished in time are handled again',
      );
    }
  }

  /** Resolves when nothing is in hand, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    await this.#waiters.until(() => this.#inHand.size === 0, timeoutMs);
  }

  /** Stops the attempts in hand, and releases their claims for others to handle. */
  async giveBack(): Promise<void> {
    const left = [...this.#inHand.keys()];
    if (left.length === 0) return;
    this.#isStopped = true;
    for (const [claim, stop] of this.#inHand) stop.abort(stopping(claim));
    await this.#options.store.inbox.release(left);
  }

  /**
   * Handles a suspect after everything else has ended, so that if this process dies too, the message is to blame. If the
   * others take too long to end, this attempt proves nothing.
   */
  async #runAlone(claim: Claim, stop: LazySignal): Promise<void> {
    const { store, leaseMs, logger } = this.#options;
    const isAlone = await this.#waiters.until(() => this.#inHand.size === 1 || stop.aborted, aloneWithinMs);
    if (stop.aborted) return;
    try {
      const lost = await store.inbox.extend([claim], leaseMs, isAlone);
      if (lost.length === 0) await this.#run(claim, stop);
    } catch (error) {
      logger.warn({ ...idsOf(claim), err: error }, 'A message could not be handled alone; it is retried');
    }
  }

  #runBatch(claims: readonly Claim[]): Promise<boolean> {
    const settings = this.#options.listeners.get(String(claims[0]?.listener));
    return handleBatch(claims, {
      together: (part) => this.#runTogether(part, settings),
      alone: (claim) => this.#run(claim, this.#inHand.get(claim) ?? new LazySignal()),
      isLost: (claim) => this.#inHand.get(claim)?.aborted === true,
      release: (back) => this.#options.store.inbox.release(back),
      holdsAll: settings?.onDead === 'block',
    });
  }

  async #runTogether(claims: readonly Claim[], settings: ListenerSettings | undefined): Promise<BatchOutcome> {
    const { observers, logger } = this.#options;
    // What cannot be read fails alone.
    if (claims.some(({ error }) => error !== undefined)) return 'failed';
    const stop = new LazySignal();
    const signals = claims.flatMap((claim) => this.#inHand.get(claim) ?? []);
    const abort = (): void => {
      const aborted = signals.find((signal) => signal.aborted);
      if (aborted?.reason !== undefined) stop.abort(aborted.reason);
    };
    for (const signal of signals) signal.addEventListener('abort', abort);
    const timer =
      settings && startTimer(() => stop.abort(batchTimedOut(claims, settings.timeoutMs)), settings.timeoutMs);
    try {
      await this.#deliverTogether(claims, stop);
      for (const claim of claims) observers.handled(deliveredOf(claim));
      return 'handled';
    } catch (error) {
      const reason = stop.reason ?? error;
      if (AnywiseError.is(reason) && reason.code === 'LEASE_LOST') {
        logger.warn({ listener: claims[0]?.listener }, errorText(reason));
        await this.#extend(claims);
        return 'failed';
      }
      const refusedBy = claims[0]?.id ?? '';
      if (refusalOf(refusedBy, error) !== undefined) {
        for (const claim of claims) await this.#fail(claim, error, refusedBy);
        return 'over';
      }
      if (this.#isStopped) return 'failed';
      const text = 'A batch failed; it is handled again in parts, to find the message that is to blame';
      logger.warn({ listener: claims[0]?.listener, messages: claims.length, err: error }, text);
      return isPassing(error) ? 'again' : 'failed';
    } finally {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', abort);
    }
  }

  #deliverTogether(claims: readonly Claim[], stop: LazySignal): Promise<void> {
    const { instruments, deliverBatch } = this.#options;
    if (instruments?.isActive !== true) return deliverBatch(claims, stop, undefined);
    const read = claims.map(readOnce);
    return instruments.deliveries.processBatch(read, (trace) => deliverBatch(read, stop, trace));
  }

  /** `false` if it was not handled. */
  async #run(claim: Claim, stop: LazySignal): Promise<boolean> {
    const { instruments } = this.#options;
    if (instruments?.isActive !== true) return (await this.#attempt(claim, stop, undefined)).outcome === 'handled';
    const read = readOnce(claim);
    const attempt = (trace: Trace): Promise<AttemptEnd> => this.#attempt(read, stop, trace);
    return (await instruments.deliveries.process(read, attempt)).outcome === 'handled';
  }

  async #attempt(claim: Claim, stop: LazySignal, trace: Trace): Promise<AttemptEnd> {
    const { observers, deliver } = this.#options;
    const settings = this.#options.listeners.get(claim.listener);
    const timer = settings === undefined ? undefined : this.#startTimer(claim, stop, settings.timeoutMs);
    try {
      // Attempts are counted when they begin: one too many means that the process died during the last one.
      if (claim.attempt > attemptsOf(settings?.retry)) throw tooManyAttempts(claim);
      if (claim.error !== undefined) throw new AnywiseError('UNREADABLE_MESSAGE', claim.error);
      await deliver(claim, stop, trace);
      observers.handled(deliveredOf(claim));
      return handled;
    } catch (error) {
      if (this.#isLost(claim, stop.reason ?? error)) return lost;
      return await this.#fail(claim, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether this process no longer owns the message: another handles it, or will after a restart. */
  #isLost(claim: Claim, reason: unknown): boolean {
    const isLost = AnywiseError.is(reason) && (reason.code === 'LEASE_LOST' || this.#isStopped);
    if (isLost) this.#options.logger.warn(idsOf(claim), errorText(reason));
    return isLost;
  }

  #startTimer(claim: Claim, stop: LazySignal, timeoutMs: number): NodeJS.Timeout {
    return startTimer(() => stop.abort(timedOut(claim, timeoutMs)), timeoutMs);
  }

  /** @param refusedId the message that a guard refused, if it refused this one with another. */
  async #fail(claim: Claim, error: unknown, refusedId = claim.id): Promise<AttemptEnd> {
    const { store, logger, observers, listeners } = this.#options;
    const failure = this.#decide(claim, error, refusedId);
    const { listener, attempt } = claim;
    const details = { ...idsOf(claim), attempt, of: attemptsOf(listeners.get(listener)?.retry), err: error };
    if (failure.outcome === 'dead') {
      logger.error(details, 'A listener failed for good; the message is a dead letter now');
    } else if (refusalOf(refusedId, error) !== undefined) {
      logger.debug({ ...details, retryInMs: failure.retryInMs }, 'A guard refused a message for now; it is retried');
    } else {
      logger.warn({ ...details, retryInMs: failure.retryInMs }, 'A listener failed; the message is retried');
    }
    try {
      await store.inbox.fail(claim, failure);
      const dead = failure.outcome === 'dead' ? failure.onDead : undefined;
      observers.failed({ ...deliveredOf(claim), error, dead });
      if (failure.outcome === 'retry') this.#options.wakeIn(failure.retryInMs);
    } catch (cause) {
      const text = 'A failure could not be recorded; the message is due again when its lease ends';
      logger.error({ ...details, err: cause }, text);
    }
    const { outcome } = failure;
    return outcome === 'dead'
      ? { outcome, error, onDead: failure.onDead }
      : { outcome, error, retryInMs: failure.retryInMs };
  }

  #decide(claim: Claim, error: unknown, refusedId: string): FailedClaim {
    const text = errorText(error);
    if (AnywiseError.is(error) && error.code === 'UNKNOWN_MESSAGE') {
      return { outcome: 'retry', retryInMs: unknownRetryMs, error: text, free: true };
    }
    const refusedMs = refusalOf(refusedId, error);
    if (refusedMs !== undefined) return { outcome: 'retry', retryInMs: refusedMs, error: text, free: true };
    const settings = this.#options.listeners.get(claim.listener);
    const faults: string[] = [];
    const random = (this.#options.random ?? Math.random)();
    const decision = decideRetry(error, claim.attempt, settings?.retry, random, (fault) => void faults.push(fault));
    const recorded = faults.length === 0 ? text : `${text} (${faults.join('; ')})`;
    const thrown = thrownOrigin(error);
    if (decision === 'dead') return { outcome: 'dead', onDead: settings?.onDead ?? 'park', error: recorded, thrown };
    return { outcome: 'retry', ...decision, error: recorded, thrown };
  }
}

/** A claim whose envelope has been read, as delivery needs it too. */
function readOnce(claim: Claim): Claim {
  const envelope = claim.envelope ?? envelopeIn(claim.json);
  return envelope === undefined ? claim : { ...claim, envelope };
}

const handled: AttemptEnd = { outcome: 'handled' };
const lost: AttemptEnd = { outcome: 'lost' };

function deliveredOf({ listener, id, type, key, attempt }: Claim): Delivered {
  return { listener, id, type, key, attempt };
}

/** What a line of the log needs to be found with the other lines of its message, and of what caused it. */
function idsOf({ listener, id, type, json, envelope = envelopeIn(json) }: Claim): object {
  return { listener, id, type, ...(envelope !== undefined && { correlationId: envelope.correlationid }) };
}

/** The SQLSTATE of transactions that got in each other's way: a serialization failure and a deadlock. */
const conflicts: ReadonlySet<unknown> = new Set(['40001', '40P01']);

/** Whether no message need be to blame. */
function isPassing(error: unknown): boolean {
  if (AnywiseError.is(error)) return error.code === 'UNAVAILABLE';
  return conflicts.has((Object(error) as { readonly code?: unknown }).code);
}
