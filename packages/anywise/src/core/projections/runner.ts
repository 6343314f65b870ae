import { Pump } from '../../kit/pump.js';
import { decideRetry } from '../../kit/retry.js';
import { endsWithin } from '../../kit/wait.js';
import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { FeedPage } from '../ports/event-log.js';
import type { Instruments, Projected } from '../ports/instrumentation.js';
import type { Logger } from '../ports/logger.js';
import type { ProjectionRow, Projections } from '../ports/projections.js';
import { nextPage, passOver, takeDue, takePage, type Filling, type Flip, type Outcome } from './filling.js';
import { defaultRestMs } from '../ports/store.js';
import type { Projection } from './projection.js';
import { tablesOf } from './tables.js';

export interface RunnerOptions extends Filling {
  readonly projections: Projections;
  readonly holder: string;
  readonly logger: Logger;
  readonly instruments: Instruments | undefined;
  /** Between 0 and 1. @defaultValue `Math.random` */
  readonly random?: () => number;
}

const leaseMs = 10_000;
/** How often it looks, while another process fills the tables, whether it may. */
const turnPollMs = 1_000;
/** How long it rests at most where it is stuck, before it tries again: what is wrong may be in the database. */
const blockedMs = 60_000;
/** How long giving the lease back may take. */
const releaseMs = 1_000;
/** After how many attempts an event is passed over, where that is wanted: others wait for it as long. */
const passedAfter = 3;
/** The same for one that may be of newer code: between its attempts, processes with that had the chance to take it in. */
const unknownAfter = 2;
const passed = { park: 'parked', skip: 'skipped' } as const;

/** What takes the first event of a batch in vain. */
interface Failing {
  readonly position: number;
  readonly attempts: number;
  readonly until: number;
}

/**
 * Fills the tables of one version of a projection from the log, and all of its generations: batch after batch, each in one
 * transaction with its position. Of the processes that have the version, one does so at a time. If two do, by a pause that
 * outlasts a lease, one of their transactions is rolled back.
 */
export class ProjectionRunner {
  readonly #options: RunnerOptions;
  readonly #pump: Pump;
  #askAgainAt = 0;
  #isHeld = false;
  /** Whether a generation has been live, as far as is known here. */
  #isReadable = false;
  readonly #failing = new Map<number, Failing>();

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { name } = options.projection;
    this.#pump = new Pump({
      turn: () => this.#turn(),
      onError: (error) => options.logger.error({ projection: name, err: error }, 'A projection failed and is retried'),
    });
  }

  /** Makes the tables, takes a first batch, and goes on in the background. */
  async start(): Promise<void> {
    const { projection, projections, logger } = this.#options;
    if ((await this.#rows()).length === 0) {
      const { name, version } = projection;
      await projections.prepare({ name, version, generation: 1 }, tablesOf(projection, { version, generation: 1 }));
    }
    try {
      await this.#turn();
    } catch (error) {
      logger.error({ projection: projection.name, err: error }, 'A projection failed and is retried');
    }
    this.#pump.start();
  }

  wake(): void {
    this.#pump.wake();
  }

  /** Ends the batch in hand, and lets another process go on. */
  async stop(): Promise<void> {
    await this.#pump.stop();
    if (!this.#isHeld) return;
    const { projection, projections, holder } = this.#options;
    await endsWithin(
      releaseMs,
      projections.lease(projection, holder, 0).catch(() => undefined),
    );
  }

  /** Whether queries would find everything that was recorded before this process started, more or less. */
  get isReadable(): boolean {
    return this.#isReadable;
  }

  /** For how long no turn has succeeded although one was begun, in milliseconds. */
  get stalledMs(): number {
    return this.#pump.stalledMs;
  }

  async #turn(): Promise<number> {
    const isHeld = await this.#lease();
    const rows = await this.#rows();
    this.#isReadable ||= rows.some(({ state }) => state === 'live' || state === 'inline');
    if (!isHeld) return turnPollMs;
    let pauseMs = this.#restMs;
    for (const row of rows) {
      if (row.state === 'building' || row.state === 'live') pauseMs = Math.min(pauseMs, await this.#goOn(row, rows));
    }
    return pauseMs;
  }

  async #rows(): Promise<readonly ProjectionRow[]> {
    const { projection, projections } = this.#options;
    const rows = await projections.list();
    return rows.filter(({ name, version }) => name === projection.name && version === projection.version);
  }

  /** Whether it is this process's turn; asked long before the lease ends. */
  async #lease(): Promise<boolean> {
    if (performance.now() < this.#askAgainAt) return this.#isHeld;
    const { projection, projections, holder } = this.#options;
    this.#askAgainAt = performance.now() + leaseMs / 3;
    this.#isHeld = await projections.lease(projection, holder, leaseMs);
    return this.#isHeld;
  }

  /** Takes the next events into a generation. Returns how long there is nothing to do for it. */
  async #goOn(row: ProjectionRow, others: readonly ProjectionRow[]): Promise<number> {
    const { projection, projections } = this.#options;
    if (!row.isMade) await projections.prepare(row, tablesOf(projection, row));
    if (row.isDue) {
      await this.#retryParked(row);
      return 0;
    }
    const failsForMs = (this.#failing.get(row.generation)?.until ?? 0) - performance.now();
    if (failsForMs > 0) return failsForMs;
    const page = await nextPage(this.#options, row);
    const flip = page.isEnd ? flipOf(row, others, projection) : 'never';
    if (page.position === row.position && flip === 'never') return this.#restMs;
    return this.#next(row, await this.#take(row, page, flip), page);
  }

  async #next(row: ProjectionRow, outcome: Outcome, page: FeedPage): Promise<number> {
    switch (outcome.is) {
      case 'moved':
        this.#failing.delete(row.generation);
        return outcome.isEnd ? this.#restMs : 0;
      case 'overtaken':
        return 0;
      case 'failed':
        // What is before it takes effect, so that it fails alone the next time.
        if (outcome.at > 0) {
          const events = page.events.slice(0, outcome.at);
          const position = events.at(-1)?.position ?? row.position;
          await this.#take(row, { ...page, events, position, isEnd: false }, 'never');
          return 0;
        }
        return this.#failed(row, page, outcome.error);
    }
  }

  async #take(row: ProjectionRow, page: FeedPage, flip: Flip): Promise<Outcome> {
    const outcome = await takePage(this.#options, row, page, flip);
    this.#isReadable ||= outcome.is === 'moved' && outcome.hasFlipped;
    this.#count(outcome);
    return outcome;
  }

  async #retryParked(row: ProjectionRow): Promise<void> {
    const { projection, logger } = this.#options;
    const { taken, error } = await takeDue(this.#options, row);
    this.#count(taken);
    if (error === undefined) return;
    const details = { projection: projection.name, version: projection.version, err: error };
    logger.error(details, 'A projection still cannot take in an event, which stays parked');
  }

  /** How long it rests when it has taken in everything. The lease goes on meanwhile. */
  get #restMs(): number {
    return Math.min(this.#options.store.restMs ?? defaultRestMs, leaseMs / 2);
  }

  /** The first event of a page cannot be taken in. */
  async #failed(row: ProjectionRow, page: FeedPage, error: unknown): Promise<number> {
    const { projection, logger, random = Math.random } = this.#options;
    const [event] = page.events;
    const position = event?.position ?? row.position;
    const known = this.#failing.get(row.generation);
    const attempts = (known?.position === position ? known.attempts : 0) + 1;
    const { onDead } = projection.failure;
    const isUnknown = AnywiseError.is(error) && error.code === 'UNKNOWN_MESSAGE';
    const most = isUnknown ? unknownAfter : passedAfter;
    const policy = { maxDelayMs: blockedMs, ...(onDead !== 'block' && { attempts: most }) };
    const decision = decideRetry(error, attempts, policy, random());
    const details = { projection: projection.name, version: projection.version, position, attempts, err: error };
    if (decision === 'dead' && onDead !== 'block' && event !== undefined) {
      logger.error(details, `A projection cannot take in an event, which is ${passed[onDead]}`);
      this.#count(await passOver(this.#options, row, event, passed[onDead], error));
      this.#failing.delete(row.generation);
      return 0;
    }
    const retryInMs = decision === 'dead' ? blockedMs : decision.retryInMs;
    if (decision === 'dead') logger.error(details, 'A projection is stuck at an event that it cannot take in');
    else logger.warn(details, 'A projection could not take in an event; it is retried');
    this.#failing.set(row.generation, { position, attempts, until: performance.now() + retryInMs });
    const text = `\`${event?.type ?? projection.name}\` at position ${position}: ${errorText(error)}`;
    await this.#options.projections.fail(row, text);
    if (isUnknown) await this.#leaveToOthers();
    return retryInMs;
  }

  #count(outcome: Outcome): void {
    const { projection, instruments } = this.#options;
    if (outcome.is !== 'moved' || instruments?.isActive !== true) return;
    for (const [what, count] of Object.entries(outcome.counts) as [Projected, number][]) {
      if (count > 0) instruments.counts.projected(projection, what, count);
    }
  }

  /** A newer process may know the event. */
  async #leaveToOthers(): Promise<void> {
    const { projection, projections, holder } = this.#options;
    await projections.lease(projection, holder, 0);
    this.#isHeld = false;
    this.#askAgainAt = performance.now() + leaseMs / 2;
  }
}

/** What becomes of a generation once it has caught up. What is parked keeps it from the place of one that is complete. */
function flipOf(row: ProjectionRow, others: readonly ProjectionRow[], { isInline }: Projection): Flip {
  if (row.state === 'live') return isInline && row.parked === 0 ? 'complete' : 'never';
  const isAlone = !others.some(({ state }) => state === 'live' || state === 'inline');
  if (isAlone) return 'anyway';
  return row.parked === 0 ? 'complete' : 'never';
}
