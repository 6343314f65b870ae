import { describeValue } from '../errors/describe.js';
import { AnywiseError } from '../errors/errors.js';
import { anyText, checkOptions, longestRetentionMs, milliseconds, type OptionChecks } from '../errors/options.js';
import type { AnyCommand, EnqueueableCommand, Event } from '../message/message.js';

/** How a step enqueues a command. */
export interface StepEnqueueOptions {
  /** How long the command waits before it is due, in milliseconds. @defaultValue due at once */
  readonly delayMs?: number;
  /** Commands of one type with the same key are handled one after the other. @defaultValue no order */
  readonly key?: string;
}

/** A command that a step enqueues. */
export interface StepCommand {
  readonly command: AnyCommand;
  readonly options: StepEnqueueOptions;
}

/** What a step comes to, as data. It takes effect when the message commits, all of it or nothing. */
export interface StepData<S, T extends string> {
  /** The next state; `undefined` if it stays as it is. */
  readonly state: S | undefined;
  /** Whether the saga is done. */
  readonly ends: boolean;
  readonly enqueued: readonly StepCommand[];
  readonly published: readonly Event[];
  /** By name, after how many milliseconds; `null` for one that is cancelled. */
  readonly timeouts: Readonly<Partial<Record<T, number | null>>>;
}

/** A step of a saga: what changes, and what is said. Each call returns another one; return the last. */
export interface Step<S, T extends string> extends StepData<S, T> {
  /** Has a command handled after the commit, here or by the service that owns it. */
  enqueue(command: EnqueueableCommand, options?: StepEnqueueOptions): Step<S, T>;
  /** Publishes an event with the commit. */
  publish(event: Event): Step<S, T>;
  /**
   * Has `onTimeout` run after a time, in milliseconds by the clock of the store. It replaces one of the same name that waits.
   *
   * @throws AnywiseError (`INVALID_SETUP`) if it is not such a time, or the saga has no timeout of this name.
   */
  after(timeout: T, delayMs: number): Step<S, T>;
  /** Cancels a timeout; nothing happens if none waits. */
  clear(timeout: T): Step<S, T>;
}

/** A step after the end: it can say something, but the saga stays as it ended. */
export interface LateStep extends Pick<StepData<never, never>, 'enqueued' | 'published'> {
  /** Has a command handled after the commit, here or by the service that owns it. */
  enqueue(command: EnqueueableCommand, options?: StepEnqueueOptions): LateStep;
  /** Publishes an event with the commit. */
  publish(event: Event): LateStep;
}

/** How a step begins. */
export interface Steps<S, T extends string> {
  /** Goes on with this state. */
  to(state: S): Step<S, T>;
  /** Keeps the state as it is. */
  stay(): Step<S, T>;
  /** Is done: all timeouts are cancelled, and what comes later is recorded and ignored, unless `late` says otherwise. */
  end(state: S): Step<S, T>;
}

/** How a step after the end begins. */
export interface LateSteps {
  /** Keeps everything as it is. */
  stay(): LateStep;
}

const enqueueChecks: OptionChecks<StepEnqueueOptions> = {
  delayMs: milliseconds(0, longestRetentionMs),
  key: anyText(),
};

/** What the functions of a saga make their steps with. */
export function stepsOf({
  name,
  timeouts,
}: {
  readonly name: string;
  readonly timeouts: readonly string[];
}): Steps<unknown, string> {
  const make = (data: StepData<unknown, string>): Step<unknown, string> => ({
    ...data,
    enqueue: (command, options = {}) => {
      checkOptions(`\`enqueue()\` in a step of \`${name}\``, options, enqueueChecks);
      return make({ ...data, enqueued: [...data.enqueued, { command, options }] });
    },
    publish: (event) => make({ ...data, published: [...data.published, event] }),
    after: (timeout, delayMs) => {
      const problem = delayCheck(delayMs);
      if (problem !== undefined) {
        throw wrong(name, `sets \`${timeout}\` to ${describeValue(delayMs)}, but needs ${problem}`);
      }
      return make({ ...data, timeouts: { ...data.timeouts, [known(timeout)]: delayMs } });
    },
    clear: (timeout) => make({ ...data, timeouts: { ...data.timeouts, [known(timeout)]: null } }),
  });
  const known = (timeout: string): string => {
    if (timeouts.includes(timeout)) return timeout;
    throw wrong(name, `has no timeout ${describeValue(timeout)}. Add it to \`timeouts\``);
  };
  const begin = (state: unknown, ends: boolean): Step<unknown, string> =>
    make({ state, ends, enqueued: [], published: [], timeouts: {} });
  return {
    to: (state) => begin(state, false),
    stay: () => begin(undefined, false),
    end: (state) => begin(state, true),
  };
}

const delayCheck = milliseconds(0, longestRetentionMs);

function wrong(saga: string, what: string): AnywiseError {
  return new AnywiseError('INVALID_SETUP', `The saga \`${saga}\` ${what}.`);
}
