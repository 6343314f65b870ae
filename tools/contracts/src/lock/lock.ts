import { misfits } from './misfits.js';
import { textOf, type Schema, type Sides } from './schema.js';
import type { Message, RouteFacts, Snapshot } from './snapshot.js';

/** One version of a message's data. */
export interface LockedVersion {
  /** What the newest code of this version takes. */
  readonly input: Schema;
  /** What code of this version has ever written: rows of each kind may still be stored. The newest is last. */
  readonly written: readonly Schema[];
}

/** What was agreed on about one message. */
export interface LockedMessage extends Omit<Message, 'data'> {
  readonly versions: Readonly<Record<string, LockedVersion>>;
}

/** A breaking change, and why it was made all the same. */
export interface AcceptedBreak {
  readonly what: string;
  readonly changes: readonly string[];
  readonly because: string;
}

/** The content of `contracts.lock.json`. */
export interface Lock {
  readonly messages: Readonly<Record<string, LockedMessage>>;
  readonly routes: Readonly<Record<string, RouteFacts>>;
  readonly accepted: readonly AcceptedBreak[];
}

export const emptyLock: Lock = { messages: {}, routes: {}, accepted: [] };

/** The version of a locked message that is written today. */
export function currentOf({ versions, version }: LockedMessage): LockedVersion {
  const current = versions[version];
  if (current === undefined) throw new Error(`The lock has no version ${version} of a message: restore it from Git.`);
  return current;
}

/** A lock without one older version of a message, which is no longer asked for. */
export function withoutVersion(lock: Lock, type: string, version: number): Lock {
  const message = lock.messages[type];
  if (message === undefined) return lock;
  const versions = Object.fromEntries(Object.entries(message.versions).filter(([each]) => each !== String(version)));
  return { ...lock, messages: { ...lock.messages, [type]: { ...message, versions } } };
}

/** The lock after a snapshot was accepted. What was ever written stays in it, as long as it can be read. */
export function lockOf(before: Lock, now: Snapshot, accepted: readonly AcceptedBreak[] = []): Lock {
  const messages = Object.entries(now.messages).map(([type, message]) => {
    return [type, lockedMessage(before.messages[type], message)] as const;
  });
  return {
    messages: Object.fromEntries(messages),
    routes: now.routes,
    accepted: [...before.accepted, ...accepted],
  };
}

function lockedMessage(before: LockedMessage | undefined, { data, ...message }: Message): LockedMessage {
  const older = before?.kind === message.kind ? before.versions : {};
  // What was accepted as broken is not asked for again.
  const written = (older[message.version]?.written ?? []).filter((schema) => misfits(schema, data.input).length === 0);
  return {
    ...message,
    versions: { ...older, [message.version]: { input: data.input, written: withLast(written, data) } },
  };
}

function withLast(written: readonly Schema[], { output }: Sides): readonly Schema[] {
  return [...written.filter((schema) => textOf(schema) !== textOf(output)), output];
}
