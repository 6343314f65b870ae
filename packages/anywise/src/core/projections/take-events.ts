import type { LoggedEvent } from '../ports/event-log.js';
import { nothingToDo, type ProjectionWriter } from './writer.js';

/** How many of the events were taken in, or the first that could not be, by its index. */
export type Written = { readonly taken: number } | { readonly at: number; readonly error: unknown };

/** How long the events of one transaction may take, in milliseconds, before it is committed. */
const batchMs = 50;
/** How many events may be on their way at once. */
const atOnce = 64;

/**
 * Takes in events in their order, but for those of parked streams, for as long as a transaction may take.
 *
 * Where all that a step still waits for is the answer to its last statement, the next event does not wait with it: the
 * database runs statements in the order in which they were sent.
 */
export async function takeEvents(
  writer: ProjectionWriter,
  events: readonly LoggedEvent[],
  parked: ReadonlySet<string>,
): Promise<Written> {
  const began = performance.now();
  const begun: Promise<unknown>[] = [];
  let taken = 0;
  const settle = async (): Promise<void> => {
    for (; taken < begun.length; taken++) await begun[taken];
  };
  try {
    for (const event of events) {
      const { done, isOpen } = parked.has(event.stream) ? nothingToDo : writer.take(event);
      // A failure is looked for below, in the order of the events.
      done.catch(() => undefined);
      begun.push(done);
      if (isOpen || begun.length - taken === atOnce) await settle();
      if (performance.now() - began > batchMs) break;
    }
    await settle();
    return { taken };
  } catch (thrown) {
    // Of several that failed the first is to blame. What was thrown by one that could not begin is behind them all.
    const outcomes = await Promise.allSettled(begun);
    const at = outcomes.findIndex(({ status }) => status === 'rejected');
    const failed = outcomes[at];
    return failed?.status === 'rejected' ? { at, error: failed.reason } : { at: begun.length, error: thrown };
  }
}
