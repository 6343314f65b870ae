import { randomUUID } from 'node:crypto';
import { contract, event, type } from 'anywise';

/** @typedef {import('../message.js').Message} Message */

const keys = 1_000;

/** @type {import('anywise').StandardSchema<Message>} */
const data = type();

/** The event in which this library moves the message. */
export class Happened extends event('bench.happened', { data, entityId: ({ n }) => String(n % keys) }) {}

export const bench = contract('bench', { Happened });

/**
 * The same event on the wire, for what takes envelopes.
 *
 * @param {Message} data
 * @param {string} [subject] its key
 * @returns {import('anywise').Envelope}
 */
export function envelopeOf(data, subject = String(data.n % keys)) {
  const id = randomUUID();
  return {
    specversion: '1.0',
    id,
    source: '/bench',
    type: Happened.type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    subject,
    kind: 'event',
    schemaversion: 1,
    correlationid: id,
    data,
  };
}
