import assert from 'node:assert/strict';
import type { WrittenEnvelope } from '../../core/message/envelope.js';
import {
  StreamConflictError,
  type EventLog,
  type LoadedStream,
  type LoadOptions,
  type LoggedEvent,
  type LogTransaction,
  type StreamAppend,
} from '../../core/ports/event-log.js';
import type { Completion, NewMessages, Store, StoreTransaction } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { upTo } from './steps.js';

export function logOf(store: Store): EventLog {
  assert.ok(store.log !== undefined, 'the store says that it keeps events, but has no `log`');
  return store.log;
}

export function logIn(transaction: StoreTransaction): LogTransaction {
  assert.ok(transaction.log !== undefined, 'the transaction has no `log`');
  return transaction.log;
}

/** Events with these ids, of which nothing else matters. */
export function written(ids: readonly string[], type = 'test.happened', data: unknown = {}): WrittenEnvelope[] {
  return ids.map((id) => {
    const envelope = testEnvelope({ id, type, data });
    return { envelope, json: JSON.stringify(envelope) };
  });
}

export function toAppend(stream: string, expected: number, ids: readonly string[]): StreamAppend {
  return { stream, expected, events: written(ids) };
}

/** Commits appends and what belongs to them; whatever fails rolls back. */
export async function commitAppends(
  store: Store,
  appends: readonly StreamAppend[],
  { messages = {}, completion }: { readonly messages?: NewMessages; readonly completion?: Completion } = {},
): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  try {
    await logIn(transaction).append(appends);
    await transaction.append(messages);
    assert.equal(await transaction.commit(completion), true);
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/** Appends so many events to a stream, in one commit, with the ids `<stream>#<version>`. */
export async function fill(store: Store, stream: string, count: number, expected = 0): Promise<void> {
  const ids = upTo(count).map((n) => `${stream}#${expected + n + 1}`);
  await commitAppends(store, [toAppend(stream, expected, ids)]);
}

/** Tries to append where it must not be possible. */
export async function refuses(store: Store, ...appends: readonly StreamAppend[]): Promise<void> {
  await assert.rejects(commitAppends(store, appends), (error) => {
    assert.ok(StreamConflictError.is(error), `a conflict was expected, but it was ${String(error)}`);
    return true;
  });
}

/** A part of a stream, as another transaction sees it. */
export async function loadFrom(
  store: Store,
  stream: string,
  options: Partial<LoadOptions> = {},
): Promise<LoadedStream> {
  const transaction = store.begin({ readOnly: true });
  try {
    return await logIn(transaction).load(stream, { limit: 1_000, ...options });
  } finally {
    await transaction.rollback();
  }
}

export async function idsIn(store: Store, stream: string): Promise<string[]> {
  return idsOf((await loadFrom(store, stream)).events);
}

export function idsOf(events: readonly LoggedEvent[]): string[] {
  return events.map(({ json }) => (json === undefined ? 'erased' : (JSON.parse(json) as { id: string }).id));
}

/** Everything that the feed has after a position. */
export async function readFeed(store: Store, after = 0, limit = 100): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let position = after; ;) {
    const page = await logOf(store).feed(position, { limit });
    events.push(...page.events);
    if (page.isEnd) return events;
    assert.ok(page.position > position, `the feed is stuck at ${position}`);
    position = page.position;
  }
}
