import { sliceOf, type Definition } from '../core/message/message.js';
import type { JsonSchema } from './json-schema.js';

/** The envelope of every message: a CloudEvent in structured JSON, with the attributes that the bus adds. */
export const cloudEvent: JsonSchema = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'time', 'kind', 'schemaversion', 'correlationid'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', description: 'The same from its birth on, however often it is delivered.' },
    source: { type: 'string', format: 'uri-reference', description: 'Who sent it, such as `/payments`.' },
    type: { type: 'string', description: 'The wire name.' },
    time: { type: 'string', format: 'date-time' },
    datacontenttype: { const: 'application/json' },
    subject: {
      type: 'string',
      description: 'The entity that an event happened to. Events of one are handled in order.',
    },
    kind: { enum: ['command', 'query', 'event', 'reply', 'error'] },
    schemaversion: { type: 'integer', minimum: 1, description: 'The version of the data.' },
    correlationid: { type: 'string', description: 'The same for everything that one request causes.' },
    causationid: { type: 'string', description: 'The message that caused it.' },
    traceparent: { type: 'string' },
    idempotencykey: { type: 'string' },
    expirytime: { type: 'string', format: 'date-time' },
    partitionkey: { type: 'string' },
  },
};

/** An example of a whole envelope. */
export function envelopeOf({ kind, type, version }: Definition, data: unknown): object {
  const id = '018d5c3a-7b1e-7c00-8000-000000000001';
  return {
    specversion: '1.0',
    id,
    source: `/${sliceOf(type)}`,
    type,
    time: '2026-01-31T12:00:00.000Z',
    datacontenttype: 'application/json',
    kind,
    schemaversion: version,
    correlationid: id,
    data,
  };
}
