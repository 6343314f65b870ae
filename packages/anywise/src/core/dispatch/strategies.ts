import type { Context, FrozenContext } from '../message/context.js';
import { ListenersFailedError, type ListenerFailure } from '../errors/errors.js';
import type { Command, Event } from '../message/message.js';

/** How a command is brought to its handler: calling `handle` runs the guards and the handler. */
export type SendStrategy = (command: Command, context: Context, handle: () => Promise<unknown>) => Promise<unknown>;

/** One listener of the event at hand, ready to run. */
export interface ReadyListener {
  readonly name: string;
  /** Runs the listener. Rejects if it fails. */
  readonly run: () => Promise<unknown>;
}

/**
 * How an event is brought to the listeners that run inside `publish`. Every listener must run.
 *
 * @throws ListenersFailedError if some failed.
 */
export type PublishStrategy = (
  event: Event,
  context: FrozenContext,
  listeners: readonly ReadyListener[],
) => Promise<void>;

/** One listener after the other, in the order of registration. The default. */
export const sequential: PublishStrategy = async (event, _context, listeners) => {
  const failures: ListenerFailure[] = [];
  for (const { name, run } of listeners) {
    try {
      await run();
    } catch (error) {
      failures.push({ listener: name, error });
    }
  }
  throwFailures(event, listeners, failures);
};

/** All listeners at once. */
export const concurrent: PublishStrategy = async (event, _context, listeners) => {
  const outcomes = await Promise.allSettled(listeners.map(async ({ run }) => run()));
  const failures = outcomes.flatMap((outcome, index): ListenerFailure[] =>
    outcome.status === 'fulfilled' ? [] : [{ listener: String(listeners[index]?.name), error: outcome.reason }],
  );
  throwFailures(event, listeners, failures);
};

/** @throws ListenersFailedError if there are failures; it also names the listeners that succeeded. */
export function throwFailures(
  event: Event,
  listeners: readonly { readonly name: string }[],
  failures: readonly ListenerFailure[],
): void {
  if (failures.length === 0) return;
  const failed = new Set(failures.map(({ listener }) => listener));
  const succeeded = listeners.map(({ name }) => name).filter((name) => !failed.has(name));
  throw new ListenersFailedError(event.type, failures, succeeded);
}
