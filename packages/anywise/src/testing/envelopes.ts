import { randomUUID } from 'node:crypto';
import type { Envelope } from '../core/message/envelope.js';
import type { InboxEntry } from '../core/ports/inbox.js';

/** An event's envelope for tests, with defaults for missing values. */
export function testEnvelope(change: Partial<Envelope> = {}): Envelope {
  const id = change.id ?? randomUUID();
  return {
    specversion: '1.0',
    id,
    source: '/test',
    type: 'test.happened',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    kind: 'event',
    schemaversion: 1,
    correlationid: id,
    data: {},
    ...change,
  };
}

/** An inbox entry for tests, with defaults for missing values. */
export function testEntry(change: Partial<InboxEntry> = {}): InboxEntry {
  const id = change.id ?? randomUUID();
  const made = { listener: 'listener', source: '/test', type: 'test.happened', key: undefined };
  return { ...made, id, json: JSON.stringify({ id }), ...change };
}
