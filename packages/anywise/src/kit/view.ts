import type { InboxRow, InboxState, OutboxState, OutboxView, Seen } from '../core/ports/store-view.js';
import type { GroupedLetter } from './dead-groups.js';
import { holdsUp, type DeadState } from './dead-state.js';
import { keyOf } from './lanes.js';
import { readStoredEnvelope, type StoredText } from './stored.js';

/** How many of the oldest waiting messages of an outbox are searched for those of a conversation. */
export const searchedWaiting = 1_000;

/** The state of a message in an inbox, by the state of its row. */
export function inboxStateOf(state: string): InboxState {
  if (state === 'ready') return 'waiting';
  return state === 'running' || state === 'handled' ? state : 'dead';
}

/** The messages of a conversation in the order in which they came; of those of one moment, what was received first. */
export function inOrder(seen: readonly Seen[]): readonly Seen[] {
  const places = { inbox: 0, outbox: 1 };
  return [...seen].sort((a, b) => a.since - b.since || places[a.part] - places[b.part] || a.seq - b.seq);
}

export interface StoredInboxRow {
  readonly seq: number;
  readonly listener: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly receivedAt: number;
  readonly at: number;
}

export interface Linked {
  readonly correlationId: string;
  readonly causationId: string | null;
}

export interface StoredOutboxRow extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly lane: string;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly error: string | null;
  readonly createdAt: number;
  readonly dueAt: number;
}

export interface StoredLetter {
  readonly listener: string;
  readonly type: string;
  readonly error: string | null;
  readonly state: DeadState;
  readonly diedAt: number;
}

export function inboxRowOf({ lane, state, error, ...row }: StoredInboxRow): InboxRow {
  return { ...row, key: keyOf(lane), state: inboxStateOf(state), error: error ?? undefined };
}

export function inboxSeenOf({ correlationId, causationId, ...row }: StoredInboxRow & Linked): Seen {
  const { receivedAt, ...shown } = inboxRowOf(row);
  return { part: 'inbox', ...shown, correlationId, causationId: causationId ?? undefined, since: receivedAt };
}

export function outboxSeenOf({
  lane,
  text,
  bytes,
  error,
  createdAt,
  dueAt,
  causationId,
  ...row
}: StoredOutboxRow & Linked): Seen {
  const { envelope } = readStoredEnvelope({ text, bytes });
  return {
    part: 'outbox',
    ...row,
    key: keyOf(lane),
    source: envelope?.source ?? '',
    type: envelope?.type ?? '',
    error: error ?? undefined,
    causationId: causationId ?? undefined,
    since: createdAt,
    at: dueAt,
  };
}

export function outboxViewOf({ lane: _lane, text, bytes, error, ...row }: StoredOutboxRow): OutboxView {
  return { ...row, error: error ?? undefined, envelope: readStoredEnvelope({ text, bytes }).envelope };
}

export function groupedLetterOf({ state, error, ...letter }: StoredLetter): GroupedLetter {
  return { ...letter, error: error ?? '', holdsUp: holdsUp[state] };
}
