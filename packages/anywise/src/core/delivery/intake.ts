import { createHash } from 'node:crypto';
import { orderKey, type Envelope } from '../message/envelope.js';
import type { InboxEntry } from '../ports/inbox.js';
import type { Received } from '../ports/transport.js';

/** The listeners, by name, that an event type is for. */
export type ListenersOf = (type: string) => readonly string[];

/**
 * What one envelope becomes in the inbox: an entry for each listener.
 *
 * @param json the text that it was read from.
 */
export function inboxEntries(envelope: Envelope, listeners: readonly string[], json?: string): InboxEntry[] {
  if (listeners.length === 0) return [];
  const { id, type } = envelope;
  const key = orderKey(envelope);
  const text = json ?? JSON.stringify(envelope);
  // Several listeners must not share what one of them, or its upcasts, may change.
  const read = json !== undefined && listeners.length === 1 ? envelope : undefined;
  return listeners.map((listener) => ({ listener, id, type, key, json: text, envelope: read }));
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
export function entriesOfBatch(batch: readonly Received[], options: IntakeOptions): InboxEntry[] {
  const { listenersOf, service, retentionMs } = options;
  const oldest = Date.now() - retentionMs;
  return batch.flatMap((received) => {
    if (!('envelope' in received)) return [unreadableEntry(received.unreadable, received.reason, service)];
    const { envelope, json } = received;
    const entries = inboxEntries(envelope, listenersOf(envelope.type), json);
    if (Date.parse(envelope.time) >= oldest) return entries;
    const error = `It is from ${envelope.time}, and what was handled so long ago is forgotten: nobody can tell whether this was.`;
    return entries.map((entry) => ({ ...entry, error }));
  });
}

/** The name under which the inbox keeps what could not be read. */
export function unreadableListener(service: string): string {
  return `${service}/unreadable`;
}

function unreadableEntry(json: string, reason: string, service: string): InboxEntry {
  // The same text gets the same id, so that a redelivery adds no second dead letter.
  const id = createHash('sha256').update(json).digest('hex');
  return { listener: unreadableListener(service), id, type: 'unreadable', key: undefined, json, error: reason };
}
