import { createHash } from 'node:crypto';
import { orderKey, type Envelope } from '../message/envelope.js';
import type { InboxEntry } from '../ports/inbox.js';
import type { Received } from '../ports/transport.js';

/** The names of the listeners to an event type. */
export type ListenersOf = (type: string) => readonly string[];

/** The inbox entries for one envelope, one per listener.
 *
 * @param json its text.
 * @param isOwn whether nothing else refers to this envelope, as when it was just read from the text.
 */
export function inboxEntries(
  envelope: Envelope,
  listeners: readonly string[],
  json = JSON.stringify(envelope),
  isOwn = true,
): InboxEntry[] {
  if (listeners.length === 0) return [];
  const { source, id, type } = envelope;
  const key = orderKey(envelope);
  // Listeners must not share an object that one of them, or an upcast, may change.
  const read = isOwn && listeners.length === 1 ? envelope : undefined;
  const { correlationid: correlationId, causationid: causationId } = envelope;
  return listeners.map((listener) => {
    return { listener, source, id, type, key, json, envelope: read, correlationId, causationId };
  });
}

export interface IntakeOptions {
  readonly listenersOf: ListenersOf;
  /** Gives entries of sagas the key of the saga. @defaultValue leaves them as they are */
  readonly keyed?: (entries: readonly InboxEntry[]) => readonly InboxEntry[];
  /** Whether a contract here has the type. */
  readonly knows: (type: string) => boolean;
  readonly service: string;
  /** How long handled messages are remembered, in milliseconds. */
  readonly retentionMs: number;
}

/**
 * The inbox entries for a batch from the transport. A message that cannot be read becomes a dead letter, unchanged; so does
 * one older than the inbox remembers, because it may have been handled before. A message of an unknown type waits for a
 * version of the service that knows it.
 */
export function entriesOfBatch(batch: readonly Received[], options: IntakeOptions): InboxEntry[] {
  const { listenersOf, keyed = unchanged, knows, service, retentionMs } = options;
  const oldest = Date.now() - retentionMs;
  return batch.flatMap((received) => {
    if (!('envelope' in received)) return [unreadableEntry(received.unreadable, received.reason, service)];
    const { envelope, json } = received;
    const names = knows(envelope.type) ? listenersOf(envelope.type) : [unknownListener(service)];
    const entries = keyed(inboxEntries(envelope, names, json));
    if (Date.parse(envelope.time) >= oldest) return entries;
    const error = `It is from ${envelope.time}, older than the retention, so whether it was handled is no longer known.`;
    return entries.map((entry) => ({ ...entry, error }));
  });
}

const unchanged = (entries: readonly InboxEntry[]): readonly InboxEntry[] => entries;

/** The name under which the inbox keeps messages of types that the service does not know yet. */
export function unknownListener(service: string): string {
  return `${service}/unknown`;
}

/** The name under which the inbox keeps unreadable messages. */
export function unreadableListener(service: string): string {
  return `${service}/unreadable`;
}

function unreadableEntry(json: string, reason: string, service: string): InboxEntry {
  // The same text gets the same id, so that a redelivery adds no second dead letter.
  const id = createHash('sha256').update(json).digest('hex');
  const letter = { listener: unreadableListener(service), source: '', id, type: 'unreadable', key: undefined };
  return { ...letter, json, error: reason };
}
