import { createHash } from 'node:crypto';
import { AnywiseError } from '../errors/errors.js';
import type { Command } from '../message/message.js';
import type { Completion, KeptReply, ReplyKey, Store } from '../ports/store.js';

/** Handles the command in a unit of work that commits the completion; `committed` is false if another was faster with the key. */
export type Attempt = (
  completion: (reply: unknown) => Completion,
) => Promise<{ readonly committed: boolean; readonly reply: unknown }>;

/**
 * Handles a command once for each idempotency key, and gives the kept reply to every repeat. No lock is held meanwhile: two
 * processes may both handle it, and then only one of them can commit.
 */
export class Idempotency {
  readonly #store: Store;
  readonly #inHand = new Map<string, Promise<unknown>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Within a process the same key waits its turn, so that only one does the work. */
  async once(command: Command, key: string, attempt: Attempt): Promise<unknown> {
    const id = JSON.stringify([command.type, key]);
    const begin = (): Promise<unknown> => this.#once(command, { type: command.type, key }, attempt);
    const reply = (this.#inHand.get(id) ?? Promise.resolve()).then(begin, begin);
    this.#inHand.set(id, reply);
    try {
      return await reply;
    } finally {
      if (this.#inHand.get(id) === reply) this.#inHand.delete(id);
    }
  }

  async #once(command: Command, key: ReplyKey, attempt: Attempt): Promise<unknown> {
    const fingerprint = fingerprintOf(command);
    const kept = await this.#store.findReply(key);
    if (kept !== undefined) return replayed(command, kept, fingerprint);
    try {
      const { committed, reply } = await attempt((made) => ({ reply: { key, kept: { fingerprint, reply: made } } }));
      if (committed) return reply;
    } catch (error) {
      // Another process may have been faster, and its effects may be what ours failed on.
      const winner = await this.#store.findReply(key);
      if (winner === undefined) throw error;
      return replayed(command, winner, fingerprint);
    }
    const winner = await this.#store.findReply(key);
    if (winner === undefined) throw gone(key);
    return replayed(command, winner, fingerprint);
  }
}

function replayed(command: Command, kept: KeptReply, fingerprint: string): unknown {
  if (kept.fingerprint === fingerprint) return kept.reply;
  throw new AnywiseError(
    'IDEMPOTENCY_CONFLICT',
    `\`${command.type}\` was sent before with this idempotency key and other data. Use a new key for a new intent.`,
  );
}

function gone({ type }: ReplyKey): AnywiseError {
  return new AnywiseError('UNAVAILABLE', `The reply that was kept for \`${type}\` is gone. Send it again.`, {
    retryable: true,
  });
}

function fingerprintOf(command: Command): string {
  return createHash('sha256').update(canonicalJson(command)).digest('hex');
}

/** JSON with sorted names, so that the order in which a caller wrote them makes no difference. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
