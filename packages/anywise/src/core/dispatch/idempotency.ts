import { AnywiseError } from '../errors/errors.js';
import { inputOf, type Command } from '../message/message.js';
import type { Completion, KeptReply, ReplyKey, Store } from '../ports/store.js';
import { fingerprintOf } from './fingerprint.js';

/**
 * Sends the command in a unit of work that commits the completion; `committed` is false if another send with the key was
 * faster.
 *
 * @param aroundHandler runs instead of the handler, within its guards.
 */
export type Attempt = (
  aroundHandler: (handler: () => Promise<unknown>) => Promise<unknown>,
  completion: () => Completion,
) => Promise<{ readonly committed: boolean; readonly reply: unknown }>;

/**
 * Handles a command once for each idempotency key, and returns the kept reply for every repeat that its guards let through.
 * It holds no lock: two processes may both handle the command, but only one of them can commit.
 */
export class Idempotency {
  readonly #store: Store;
  readonly #inHand = new Map<string, Promise<unknown>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Within a process, sends with the same key take turns, so that only one does the work. */
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
    const fingerprint = fingerprintOf(inputOf(command));
    const kept = await this.#store.findReply(key);
    if (kept !== undefined) return replay(command, kept, fingerprint, attempt);
    let made: unknown;
    const handle = async (handler: () => Promise<unknown>): Promise<unknown> => (made = await handler());
    try {
      const { committed, reply } = await attempt(handle, () => ({
        reply: { key, kept: { fingerprint, reply: made } },
      }));
      if (committed) return reply;
    } catch (error) {
      // Another process may have been faster, and its effects may have made ours fail.
      const winner = await this.#store.findReply(key);
      if (winner === undefined) throw error;
      return replay(command, winner, fingerprint, attempt);
    }
    const winner = await this.#store.findReply(key);
    if (winner === undefined) throw gone(key);
    return replay(command, winner, fingerprint, attempt);
  }
}

/** Returns a kept reply as the handler would: behind its guards. */
async function replay(command: Command, kept: KeptReply, fingerprint: string, attempt: Attempt): Promise<unknown> {
  const handle = async (): Promise<unknown> => {
    if (kept.fingerprint === fingerprint) return kept.reply;
    throw new AnywiseError(
      'IDEMPOTENCY_CONFLICT',
      `\`${command.type}\` was sent before with this idempotency key and other data. Use a new key for a new intent.`,
    );
  };
  const { reply } = await attempt(handle, () => ({}));
  return reply;
}

function gone({ type }: ReplyKey): AnywiseError {
  return new AnywiseError('UNAVAILABLE', `The reply that was kept for \`${type}\` is gone. Send it again.`, {
    retryable: true,
  });
}
