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

export interface IntakeOptions {
  readonly listenersOf: ListenersOf;
  readonly service: string;
  /** How long handled messages are remembered, in milliseconds. */
  readonly retentionMs: number;
}

/**
 * What a batch from the transport becomes in the inbox. What cannot be read becomes a dead letter, as it came; so does what
 * is older than the inbox remembers, as nobody can tell any more whether it was handled.
 */
export function entriesOfBatch(batch: readonly Delivery[], options: IntakeOptions): InboxEntry[] {
  const { listenersOf, service, retentionMs } = options;
  const oldest = Date.now() - retentionMs;
  return batch.flatMap((delivery) => {
    if (!('envelope' in delivery)) return [unreadableEntry(delivery.unreadable, delivery.reason, service)];
    const { envelope } = delivery;
    const entries = inboxEntries(envelope, listenersOf(envelope.type));
    if (Date.parse(envelope.time) >= oldest) return entries;
    const dead = `It is from ${envelope.time}, and what was handled so long ago is forgotten: nobody can tell whether this was.`;
    return entries.map((entry) => ({ ...entry, dead }));
  });
}

/** The name under which the inbox keeps what could not be read. */
export function unreadableListener(service: string): string {
  return `${service}/unreadable`;
}

function unreadableEntry(json: string, reason: string, service: string): InboxEntry {
  // The same text gets the same id, so that a redelivery adds no second dead letter.
  const id = createHash('sha256').update(json).digest('hex');
  return { listener: unreadableListener(service), id, type: 'unreadable', key: undefined, json, dead: reason };
}
