import type { DeadLetter } from '../core/ports/dead-letters.js';
import { envelopeIn } from '../core/message/envelope.js';
import type { ParkedMessage } from '../core/ports/parked.js';

/** A dead letter as `--json` prints it, the same in every command. */
export function letterJson(letter: DeadLetter): object {
  const { seq, listener, id, type, key = null, attempts, error, holdsUp, json, original = null } = letter;
  const envelope = envelopeIn(json) ?? null;
  return {
    seq,
    listener,
    id,
    type,
    key,
    attempts,
    error,
    holdsUp,
    receivedAt: new Date(letter.receivedAt).toISOString(),
    diedAt: new Date(letter.diedAt).toISOString(),
    envelope,
    unreadable: envelope === null ? json : null,
    original,
  };
}

/** A parked row of the outbox as `--json` prints it. */
export function parkedJson({ seq, envelope, attempts, error }: ParkedMessage): object {
  return { seq, id: envelope.id, type: envelope.type, attempts, error, envelope };
}
