import type { Envelope } from './envelope.js';

/**
 * The envelope attributes that have a meaning: those of CloudEvents, those of its extensions that brokers and tools know,
 * and ours. A context key cannot use one of them as its header.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/documented-extensions.md
 */
export function isEnvelopeAttribute(name: string): boolean {
  return Object.hasOwn(attributes, name);
}

const ours: Readonly<Record<keyof Envelope, true>> = {
  specversion: true,
  id: true,
  source: true,
  type: true,
  time: true,
  datacontenttype: true,
  subject: true,
  kind: true,
  schemaversion: true,
  correlationid: true,
  causationid: true,
  traceparent: true,
  tracestate: true,
  idempotencykey: true,
  expirytime: true,
  timeoutms: true,
  partitionkey: true,
  data: true,
};

const attributes: Readonly<Record<string, true>> = {
  ...ours,
  dataschema: true,
  dataref: true,
  sequence: true,
  sequencetype: true,
  sampledrate: true,
  recordedtime: true,
};
