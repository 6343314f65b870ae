import type { LoggedEvent } from '../ports/event-log.js';
import type { ProjectionWriter } from './writer.js';

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
export async function takeIn(
  writer: ProjectionWriter,
  events: readonly LoggedEvent[],
  parked: ReadonlySet<string>,
): Promise<Written> {
  const began = performance.now();
  const begun: (Promise<unknown> | undefined)[] = [];
  let taken = 0;
  const settle = async (): Promise<void> => {
    for (; taken < begun.length; taken++) await begun[taken];
  };
  try {
    for (const event of events) {
      const taking = parked.has(event.stream) ? undefined : writer.take(event);
      // The first failure is found in its turn; the ones that follow from it are nobody's.
      taking?.done?.catch(() => undefined);
      begun.push(taking?.done);
      if (taking?.isOpen === true || begun.length - taken === atOnce) await settle();
      if (performance.now() - began > batchMs) break;
    }
    await settle();
    return { taken };
  } catch (error) {
    // An earlier one may fail as well, and then it is to blame.
    const earlier = await settle().then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    );
    await Promise.allSettled(begun.filter((done) => done !== undefined));
    return { at: taken, error: earlier === undefined ? error : earlier.reason };
  }
}
