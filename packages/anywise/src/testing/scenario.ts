import type { Anywise } from '../core/bus/anywise.js';
import { definitionOf, type AbstractClass, type AnyCommand, type Event } from '../core/message/message.js';
import type { Failed } from '../core/ports/observer.js';
import type { SendOptions } from '../core/dispatch/send-options.js';
import { checkOptions, milliseconds } from '../core/errors/options.js';
import { Deliveries } from './deliveries.js';

/** The outcome of a scenario. */
export interface Outcome {
  /** The replies, in order; `undefined` for a send that was rejected. */
  readonly replies: readonly unknown[];
  /** The errors with which sends and publishes were rejected. */
  readonly errors: readonly unknown[];
  /** The events published and committed by all the buses, in order. */
  readonly events: readonly Event[];
  /** Every failed delivery, including retried ones. */
  readonly failures: readonly Failed[];
  /** The deliveries that were given up. */
  readonly deadLetters: readonly Failed[];
  /** The events of one class, or of one group, typed. */
  eventsOf<E extends Event>(target: AbstractClass<E>): readonly E[];
}

/** Steps that run one after the other. */
export interface Scenario {
  /** A step: sends a command. If it rejects, the error is part of the outcome. */
  send(command: AnyCommand, options?: SendOptions): this;
  /** A step: publishes an event. */
  publish(event: Event): this;
  /**
   * Runs the steps, and waits until everything they caused is done: every listener of every event has handled it, has given
   * it up, or waits behind a dead letter.
   *
   * @param options.timeoutMs how long to wait for that. @defaultValue 30_000
   * @throws Error that names the pending deliveries when time is up.
   */
  untilQuiet(options?: { readonly timeoutMs?: number }): Promise<Outcome>;
}

/**
 * Plays messages through running buses. Steps go to the first bus; the others are watched as well, so a scenario can span
 * several services.
 *
 * @example
 * const { events } = await scenario(orders, payments).send(new PlaceOrder({ … })).untilQuiet();
 */
export function scenario(first: Anywise, ...others: readonly Anywise[]): Scenario {
  const steps: ((anywise: Anywise) => Promise<unknown>)[] = [];
  const self: Scenario = {
    send: (command, options) => {
      steps.push((anywise) => anywise.send(command, options));
      return self;
    },
    publish: (event) => {
      steps.push((anywise) => anywise.publish(event));
      return self;
    },
    untilQuiet: async (options = {}) => {
      checkOptions('`untilQuiet()`', options, { timeoutMs: milliseconds(0) });
      const { timeoutMs = 30_000 } = options;
      const deliveries = new Deliveries([first, ...others]);
      try {
        const { replies, errors } = await takeSteps(first, steps);
        await deliveries.untilSettled(timeoutMs);
        return outcomeOf(deliveries, replies, errors);
      } finally {
        deliveries.stop();
      }
    },
  };
  return self;
}

type Results = Pick<Outcome, 'replies' | 'errors'>;

async function takeSteps(
  anywise: Anywise,
  steps: readonly ((anywise: Anywise) => Promise<unknown>)[],
): Promise<Results> {
  const replies: unknown[] = [];
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      replies.push(await step(anywise));
    } catch (error) {
      replies.push(undefined);
      errors.push(error);
    }
  }
  return { replies, errors };
}

function outcomeOf({ events, failures }: Deliveries, replies: readonly unknown[], errors: readonly unknown[]): Outcome {
  return {
    replies,
    errors,
    events,
    failures,
    deadLetters: failures.filter(({ dead }) => dead !== undefined),
    eventsOf: <E extends Event>(target: AbstractClass<E>) =>
      events.filter((event): event is Event & E => covers(target, event)),
  };
}

function covers(target: AbstractClass<object>, event: Event): boolean {
  return event instanceof target || definitionOf(event) === target;
}
