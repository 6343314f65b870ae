import { createHash } from 'node:crypto';
import { orderKey, type Envelope } from './envelope.js';
import type { InboxEntry } from './store.js';
import type { Delivery } from './transport.js';

/** The listeners, by name, that an event type is for. */
export type ListenersOf = (type: string) => readonly string[];

/** What one envelope becomes in the inbox: an entry for each listener. */
export function inboxEntries(envelope: Envelope, listeners: readonly string[]): InboxEntry[] {
  if (listeners.length === 0) return [];
  const json = JSON.stringify(envelope);
  const key = orderKey(envelope);
  return listeners.map((listener) => ({ listener, id: envelope.id, type: envelope.type, key, json }));
}

/** What a batch from the transport becomes in the inbox. Unreadable ones are kept as dead letters, as they came. */
export function entriesOfBatch(batch: readonly Delivery[], listenersOf: ListenersOf, service: string): InboxEntry[] {
  return batch.flatMap((delivery) =>
    'envelope' in delivery
      ? inboxEntries(delivery.envelope, listenersOf(delivery.envelope.type))
      : [unreadableEntry(delivery.unreadable, delivery.reason, service)],
  );
}

function unreadableEntry(json: string, reason: string, service: string): InboxEntry {
  // The same text gets the same id, so that a redelivery adds no second dead letter.
  const id = createHash('sha256').update(json).digest('hex');
  return { listener: `${service}/unreadable`, id, type: 'unreadable', key: undefined, json, dead: reason };
}
