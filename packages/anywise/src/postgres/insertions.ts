import { limits } from '../core/message/limits.js';
import type { NewMessages } from '../core/ports/store.js';
import { batchesWithin } from '../kit/batches.js';
import { prepared } from './database.js';
import { entryValues, insertEntriesSql } from './entries.js';
import { envelopeValues, insertEnvelopesSql, insertScheduledSql, scheduledValues } from './outbox.js';
import type { Statement } from './session.js';

/** A statement with its values. */
export type Insertion = readonly [Statement, readonly unknown[]];

/** Makes the statements that add messages, each not too large. */
export type Insertions = (messages: NewMessages) => readonly Insertion[];

/** @param schema the quoted name. */
export function insertionsInto(schema: string): Insertions {
  const envelopes = prepared(insertEnvelopesSql(schema));
  const scheduledEnvelopes = prepared(insertScheduledSql(schema));
  const entries = prepared(insertEntriesSql(schema));
  return ({ outgoing = [], scheduled = [], incoming = [] }) => [
    ...envelopeValues(outgoing).map((values): Insertion => [envelopes, values]),
    ...scheduledValues(scheduled).map((values): Insertion => [scheduledEnvelopes, values]),
    ...batchesWithin(incoming, ({ json }) => Buffer.byteLength(json), limits.batchBytes).map((batch): Insertion => [
      entries,
      entryValues(batch),
    ]),
  ];
}
