import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AnywiseError, SqlTransaction, type Anywise } from 'anywise';
import { CountKept, Keep, Refused } from './messages.js';

/** What became of one message to the teller. */
interface Outcome {
  readonly id: string;
  readonly message: 'keep' | 'count';
  /** `reply`, `refused`, or the code of the error that was left at the end. */
  readonly outcome: string;
  /** Where the teller says that it keeps the id. */
  readonly row?: number;
}

const atOnce = 8;
const pauseMs = 100;
/** The first is often too short. */
const limitsMs = [200, 1_500, 4_000];
/** How long an ask may take beyond its limit. */
const slackMs = 3_000;
const attempts = 5;

/** What an ask may end with while processes die. */
const expected = new Set(['NO_RESPONDER', 'OVERLOADED', 'UNAVAILABLE', 'TIMEOUT', 'REMOTE_FAILED']);

/**
 * Asks the teller again and again while `isOpen`, and records each outcome. Rejects if an ask does not settle in time, or
 * settles with an error that is not `expected`.
 */
export async function askForEver(bus: Anywise, isOpen: () => boolean): Promise<never> {
  for (;;) {
    if (isOpen()) {
      const asks = Array.from({ length: atOnce }, (_, n) => (n % 2 === 0 ? insist(bus, isOpen) : count(bus)));
      await note(bus, await Promise.all(asks));
    }
    await delay(pauseMs);
  }
}

/** Has an id kept, and asks with the same key until there is an answer or no attempt is left. */
async function insist(bus: Anywise, isOpen: () => boolean): Promise<Outcome> {
  const id = randomUUID();
  const refuse = Math.random() < 0.2;
  const about = { id, message: 'keep' } as const;
  for (let left = attempts; ; left--) {
    const found = await settled(async (timeoutMs) => {
      try {
        const { row } = await bus.send(new Keep({ id, refuse }), { idempotencyKey: id, timeoutMs });
        return { ...about, outcome: 'reply', row };
      } catch (error) {
        if (error instanceof Refused && error.data.id === id) return { ...about, outcome: 'refused' };
        return { ...about, outcome: codeOf(error) };
      }
    });
    if (!expected.has(found.outcome) || left <= 1 || !isOpen()) return found;
  }
}

async function count(bus: Anywise): Promise<Outcome> {
  const about = { id: randomUUID(), message: 'count' } as const;
  return settled(async (timeoutMs) => {
    try {
      const { kept } = await bus.send(new CountKept({}), { timeoutMs });
      return { ...about, outcome: 'reply', row: kept };
    } catch (error) {
      return { ...about, outcome: codeOf(error) };
    }
  });
}

/** What an ask settles with. Its limit and the slack are two timers, because the process may be frozen in between. */
async function settled(ask: (timeoutMs: number) => Promise<Outcome>): Promise<Outcome> {
  const timeoutMs = limitsMs[Math.floor(Math.random() * limitsMs.length)] ?? slackMs;
  const done = new AbortController();
  const { signal } = done;
  const late = async (): Promise<never> => {
    await delay(timeoutMs, undefined, { signal });
    await delay(slackMs, undefined, { signal });
    throw new Error(`An ask with ${timeoutMs} ms is still open ${slackMs} ms later.`);
  };
  const tooLate = late();
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([ask(timeoutMs), tooLate]);
  } finally {
    done.abort();
  }
}

function codeOf(error: unknown): string {
  if (AnywiseError.is(error) && expected.has(error.code)) return error.code;
  throw new Error('An ask ended with an unexpected error.', { cause: error });
}

async function note(bus: Anywise, outcomes: readonly Outcome[]): Promise<void> {
  // What could not be noted counts for nothing.
  await bus
    .transaction(async (transaction) => {
      const sql = await transaction.get(SqlTransaction);
      for (const { id, message, outcome, row } of outcomes) {
        await sql.run(
          'INSERT INTO asked (asked_id, message, outcome, kept_row) VALUES (?, ?, ?, ?)',
          id,
          message,
          outcome,
          row ?? null,
        );
      }
    })
    .catch((error: unknown) => {
      if (!AnywiseError.is(error) || !error.retryable) throw error;
    });
}
