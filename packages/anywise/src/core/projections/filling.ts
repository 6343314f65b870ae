import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { Codec } from '../message/codec.js';
import type { EventLog, FeedPage, LoggedEvent } from '../ports/event-log.js';
import type { Projected } from '../ports/instrumentation.js';
import type { NewFault, ProjectionRow, ProjectionTransaction } from '../ports/projections.js';
import type { Store, StoreTransaction } from '../ports/store.js';
import { typesOf, type Projection } from './projection.js';
import { takeEvents, type Written } from './take-events.js';
import { ProjectionWriter } from './writer.js';

/** What fills generations. */
export interface Filling {
  readonly projection: Projection;
  readonly store: Store;
  readonly log: EventLog;
  readonly codec: Codec;
}

/** The most events of one transaction. */
export const batchSize = 500;

/** Whether a generation that has caught up becomes the one that is read; `complete`: only if nothing is parked. */
export type Flip = 'never' | 'complete' | 'anyway';

export type Outcome =
  | {
      readonly is: 'moved';
      readonly isEnd: boolean;
      readonly hasFlipped: boolean;
      readonly counts: Readonly<Partial<Record<Projected, number>>>;
    }
  | { readonly is: 'overtaken' }
  | { readonly is: 'failed'; readonly at: number; readonly error: unknown };

const overtaken: Outcome = { is: 'overtaken' };

function moved(counts: Readonly<Partial<Record<Projected, number>>>): Outcome {
  return { is: 'moved', isEnd: false, hasFlipped: false, counts };
}

/** Reads what comes next for a generation. */
export function nextPage({ projection, log }: Filling, { position }: ProjectionRow): Promise<FeedPage> {
  return log.feed(position, { limit: batchSize, types: typesOf(projection) });
}

/** Takes a page into a generation, or its beginning, in one transaction with its position. */
export function takePage(filling: Filling, row: ProjectionRow, found: FeedPage, flip: Flip): Promise<Outcome> {
  return inTransaction(filling, async (transaction, own) => {
    const { projection } = filling;
    let page = found;
    const isAlone = flip !== 'never' && projection.isInline;
    if (isAlone) {
      // From here on nothing is appended: what is there now is all that appenders have not written. One that has just
      // committed may still hold the feed up, for as long as its process takes to let go of its locks one by one.
      await own.appendAlone();
      page = await nextPage(filling, row);
    }
    const held = await own.faults.hold(row, [...new Set(page.events.map(({ stream }) => stream))]);
    if (held?.position !== row.position) return overtaken;
    const { parked } = held;
    const written = await writeAll(filling, row, page.events, parked, transaction);
    if ('error' in written) return { is: 'failed', ...written };
    const { taken } = written;
    const isWhole = taken === page.events.length;
    const isEnd = isWhole && page.isEnd && !(isAlone && page.isHeldUp);
    const behind = page.events.slice(0, taken).filter(({ stream }) => parked.has(stream));
    if (behind.length > 0) {
      await own.faults.add(
        row,
        behind.map((event) => faultOf(event, 'parked')),
      );
    }
    const position = isWhole ? page.position : (page.events[taken - 1]?.position ?? row.position);
    if (!(await own.advance(row, row.position, position))) return overtaken;
    const isComplete = row.parked === 0 && behind.length === 0;
    const hasFlipped = isEnd && (flip === 'anyway' || (flip === 'complete' && isComplete));
    // Appenders would write events whose turn has not come.
    if (hasFlipped) await own.live(row, projection.isInline && isComplete);
    return { is: 'moved', isEnd, hasFlipped, counts: { taken: taken - behind.length, parked: behind.length } };
  });
}

/** Moves a generation past an event that it cannot take in. */
export function passOver(
  filling: Filling,
  row: ProjectionRow,
  event: LoggedEvent,
  state: NewFault['state'],
  error: unknown,
): Promise<Outcome> {
  return inTransaction(filling, async (_transaction, own) => {
    const held = await own.faults.hold(row, []);
    if (held?.position !== row.position) return overtaken;
    await own.faults.add(row, [faultOf(event, state, errorText(error))]);
    if (!(await own.advance(row, row.position, event.position))) return overtaken;
    return moved({ [state]: 1 });
  });
}

/** Takes in what is parked of one stream and is due, as far as it can be. With the error, if it cannot. */
export async function takeDue(
  filling: Filling,
  row: ProjectionRow,
): Promise<{ readonly taken: Outcome; readonly error?: unknown }> {
  let limit = batchSize;
  for (;;) {
    const { outcome, failedAt } = await takeParked(filling, row, limit);
    if (outcome.is !== 'failed') return { taken: outcome };
    if (outcome.at === 0) {
      await failAgain(filling, row, failedAt, outcome.error);
      return { taken: outcome, error: outcome.error };
    }
    // What is before it takes effect, so that it fails alone the next time.
    limit = outcome.at;
  }
}

async function takeParked(
  filling: Filling,
  row: ProjectionRow,
  limit: number,
): Promise<{ readonly outcome: Outcome; readonly failedAt: number }> {
  let failedAt = 0;
  const outcome = await inTransaction(filling, async (transaction, own) => {
    const due = await own.faults.due(row, limit);
    const [first] = due;
    if (first === undefined || transaction.log === undefined) return overtaken;
    failedAt = first.position;
    const positions = new Set(due.map(({ position }) => position));
    const { events } = await transaction.log.load(first.stream, { after: first.eventVersion - 1, limit });
    const parked = events.filter(({ position }) => positions.has(position));
    const written = await writeAll(filling, row, parked, new Set(), transaction);
    if ('error' in written) return { is: 'failed', ...written };
    const done = parked.slice(0, written.taken).map(({ position }) => position);
    if (!(await own.faults.taken(row, first.stream, done))) return overtaken;
    return moved({ taken: done.length });
  });
  return { outcome, failedAt };
}

function failAgain(filling: Filling, row: ProjectionRow, position: number, error: unknown): Promise<Outcome> {
  return inTransaction(filling, async (_transaction, own) => {
    await own.faults.fail(row, position, errorText(error));
    return moved({});
  });
}

/** Runs work in a transaction of its own, which commits if it moved the generation. */
async function inTransaction(
  { store }: Filling,
  work: (transaction: StoreTransaction, own: ProjectionTransaction) => Promise<Outcome>,
): Promise<Outcome> {
  const transaction = store.begin({ readOnly: false, isAlone: true });
  let hasCommitted = false;
  try {
    const { projections } = transaction;
    const outcome = projections === undefined ? overtaken : await work(transaction, projections);
    hasCommitted = outcome.is === 'moved' && (await transaction.commit());
    return outcome;
  } finally {
    if (!hasCommitted) await transaction.rollback();
  }
}

/** Takes in what it can. @throws what says that the database is to blame. */
async function writeAll(
  { projection, codec }: Filling,
  row: ProjectionRow,
  events: readonly LoggedEvent[],
  parked: ReadonlySet<string>,
  transaction: StoreTransaction,
): Promise<Written> {
  const written = await takeEvents(new ProjectionWriter(projection, row, codec, transaction), events, parked);
  if ('error' in written && isOutage(written.error)) throw written.error;
  return written;
}

function faultOf({ position, stream, version, type }: LoggedEvent, state: NewFault['state'], error?: string): NewFault {
  return { position, stream, eventVersion: version, type, state, error };
}

/** Whether the database is to blame, not the event. */
function isOutage(error: unknown): boolean {
  return AnywiseError.is(error) && (error.code === 'UNAVAILABLE' || error.code === 'CONFLICT');
}
