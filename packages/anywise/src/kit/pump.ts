import { checkOptions, milliseconds, ofType, type OptionChecks } from '../core/errors/options.js';
import { Progress } from './progress.js';
import { Waiters } from './wait.js';

/** Options of a {@link Pump}. */
export interface PumpOptions {
  /** One turn of the work: how long to pause before the next, in milliseconds; 0 for no pause. */
  readonly turn: () => Promise<number>;
  /** Called for each failed turn; must not throw. */
  readonly onError: (error: unknown) => void;
  /**
   * The pause after a failed turn, in milliseconds; doubles with each further failure, up to 25 times its length.
   *
   * @defaultValue 200
   */
  readonly errorPauseMs?: number;
}

const checks: OptionChecks<PumpOptions> = {
  turn: ofType('function'),
  onError: ofType('function'),
  errorPauseMs: milliseconds(1),
};

/**
 * Repeats a piece of work: turn after turn while there is more to do, then at the next `wake`, or after the pause that the
 * last turn asked for, whichever comes first. A wake that comes during a turn is not lost.
 */
export class Pump {
  readonly #options: PumpOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  #woken = false;
  readonly #waiters = new Waiters();
  readonly #progress = new Progress();
  #failures = 0;

  constructor(options: PumpOptions) {
    checkOptions('`new Pump(…)`', options, checks, ['turn', 'onError']);
    this.#options = options;
  }

  /** For how long no turn has succeeded although one was begun, in milliseconds; 0 while it rests. */
  get stalledMs(): number {
    return this.#progress.stalledMs;
  }

  /** Takes the first turn. Has no effect if it is already running, or was stopped. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the pause. During a turn: the next turn begins without one. */
  wake(): void {
    this.#woken = true;
    this.#waiters.wake();
  }

  /** Begins no further turn, and resolves when the current one is done. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiters.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      const pauseMs = await this.#turn();
      if (pauseMs > 0) await this.pause(pauseMs);
    }
  }

  async #turn(): Promise<number> {
    try {
      this.#progress.begin();
      const pauseMs = await this.#options.turn();
      this.#progress.succeed();
      this.#failures = 0;
      return pauseMs;
    } catch (error) {
      this.#options.onError(error);
      this.#failures++;
      return (this.#options.errorPauseMs ?? 200) * Math.min(2 ** (this.#failures - 1), 25);
    }
  }

  /** Waits until the next wake, or for `pauseMs`. Within a turn it ends at once if a wake has already come. */
  async pause(pauseMs: number): Promise<void> {
    await this.#waiters.until(() => this.#woken || this.#stopped, pauseMs);
  }
}
