import type { ActionRecord } from '../core/ports/actions.js';
import type { DeadLetter, FailedAttempt } from '../core/ports/dead-letters.js';
import { envelopeIn } from '../core/message/envelope.js';
import type { ParkedMessage } from '../core/ports/parked.js';
import type { ScheduledMessage } from '../core/ports/scheduled.js';

/** A dead letter as `--json` prints it, the same in every command. */
export function letterJson(letter: DeadLetter): object {
  const { seq, listener, source, id, type, key = null, attempts, error, holdsUp, json, original = null } = letter;
  const envelope = envelopeIn(json) ?? null;
  return {
    seq,
    listener,
    source,
    id,
    type,
    key,
    attempts,
    error,
    failures: letter.failures.map(failureJson),
    holdsUp,
    receivedAt: timeOf(letter.receivedAt),
    diedAt: timeOf(letter.diedAt),
    envelope,
    unreadable: envelope === null ? json : null,
    original,
  };
}

/** How an attempt failed, as `--json` prints it. */
function failureJson({ attempt, at, name, error, stack }: FailedAttempt): object {
  return { attempt, at: timeOf(at), name: name ?? null, error, stack: stack ?? null };
}

/** A parked row of the outbox as `--json` prints it. */
export function parkedJson({ seq, id, envelope, json, attempts, error }: ParkedMessage): object {
  const unreadable = envelope === undefined ? json : null;
  return { seq, id, type: envelope?.type ?? null, attempts, error, envelope: envelope ?? null, unreadable };
}

/** A delayed command as `--json` prints it. */
export function scheduledJson({ seq, id, envelope, dueAt }: ScheduledMessage): object {
  return { seq, id, type: envelope?.type ?? null, dueAt: timeOf(dueAt), envelope: envelope ?? null };
}

/** A record of what was done by hand, as `--json` prints it. */
export function actionJson({ seq, at, who, what, target, count }: ActionRecord): object {
  return { seq, at: timeOf(at), who, what, target, count };
}

/** `null` for what no date can tell. */
function timeOf(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
