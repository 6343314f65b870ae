import { repeatEvery } from '../../kit/interval.js';
import { clockSkew } from './clock-skew.js';
import type { Logger } from '../ports/logger.js';
import type { BoundedCount } from '../ports/bounded-count.js';
import type { ProcessInfo, Processes } from '../ports/processes.js';

/** How often a process says that it runs. */
const sayEveryMs = 60_000;
/** How far apart clocks may be before it is said at once. */
const notableSkewMs = 1_000;
/** How far a lag is counted. */
const lagLimit = 1_000;

/** Says in the store that this process works for it, for as long as it does. If it cannot, work goes on. */
export class Presence {
  readonly #processes: Processes | undefined;
  readonly #process: () => ProcessInfo;
  readonly #logger: Logger;
  readonly #lag: () => Promise<BoundedCount | undefined>;
  #clockSkewMs: number | undefined;
  #leave: (() => Promise<void>) | undefined;

  /**
   * @param processes where it says so; a store need not have it.
   * @param lag what its service has not received of the transport.
   */
  constructor(
    processes: Processes | undefined,
    process: () => ProcessInfo,
    lag: (limit: number) => Promise<BoundedCount | undefined>,
    logger: Logger,
  ) {
    this.#lag = () => lag(lagLimit);
    this.#processes = processes;
    this.#process = process;
    this.#logger = logger;
  }

  /** How far the clock of this process is ahead of the database's, in milliseconds; `undefined` until it is known. */
  get clockSkewMs(): number | undefined {
    return this.#clockSkewMs;
  }

  async begin(): Promise<void> {
    const processes = this.#processes;
    if (processes === undefined) return;
    const process = this.#process();
    const onError = (error: unknown): void =>
      this.#logger.warn({ err: error }, 'The store was not told that this process runs; it is retried');
    const say = (): Promise<void> => this.#say(processes, process);
    await say().catch(onError);
    // Only the answer tells the time there.
    if (Math.abs(this.#clockSkewMs ?? 0) > notableSkewMs) await say().catch(onError);
    const stop = repeatEvery(say, { everyMs: sayEveryMs, onError });
    this.#leave = async () => {
      await stop();
      await processes.left(process.holder).catch(() => undefined);
    };
  }

  async #say(processes: Processes, process: ProcessInfo): Promise<void> {
    const lag = await this.#lag().catch(() => undefined);
    const before = Date.now();
    const at = await processes.seen({ ...process, lag, clockSkewMs: this.#clockSkewMs });
    this.#clockSkewMs = clockSkew(at, before, Date.now());
  }

  async end(): Promise<void> {
    await this.#leave?.();
  }
}
