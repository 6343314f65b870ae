import type { InboxRef } from '../core/ports/dead-letters.js';
import type { Claim } from '../core/ports/inbox.js';
import { storable } from '../core/message/storable-text.js';

/** Names a message to a statement: by its listener, its id and its source. */
export function refValue({ listener, id, source }: InboxRef): string[] {
  return [listener, storable(id), storable(source)];
}

/** The same for several, as columns. */
export function refValues(refs: readonly InboxRef[]): string[][] {
  return [
    refs.map(({ listener }) => listener),
    refs.map(({ id }) => storable(id)),
    refs.map(({ source }) => storable(source)),
  ];
}

/** Names claims as columns: the messages, and the leases under which they are held. */
export function heldValues(claims: readonly Claim[]): unknown[] {
  return [...refValues(claims), claims.map(({ lease }) => lease)];
}
