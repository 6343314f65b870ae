import { on, saga, SqlTransaction, type Registrable, type RetryPolicy } from 'anywise';
import { z } from 'zod';
import { CloseRound, PassedOn, type Numbered } from './messages.js';

/** So many numbers of a key, one after the other, are a round. */
export const sizeOfRound = 10;
/** Rounds are closed by their last number and, one after the other, by the clock. */
export const isClosedByClock = (round: number): boolean => round % 2 === 0;

const lateMs = 300;
const closingMs = 200;

const Round = z.object({ key: z.string(), round: z.number(), seen: z.array(z.number()), isLate: z.boolean() });
export type Round = z.infer<typeof Round>;

const byRound = { key: ({ key, n }: Numbered): string => `${key}/${roundOf(n)}` };
const close = ({ key, round }: Round): CloseRound => new CloseRound({ key, n: round });

/**
 * Follows the rounds of the sink: a saga for each, which collects its numbers and then has it closed.
 *
 * @param retry for its own messages, and for what it has done.
 */
export function followRounds(
  retry: RetryPolicy,
  addEffect: (sql: SqlTransaction, listener: string, numbered: Numbered) => Promise<void>,
): readonly Registrable[] {
  const rounds = saga('sink.rounds', { state: Round, timeouts: ['late', 'closing'] })
    .starts(PassedOn, byRound, ({ key, n }, saga) =>
      saga.to({ key, round: roundOf(n), seen: [n], isLate: false }).after('late', lateMs),
    )
    .on(PassedOn, byRound, ({ n }, state, saga) => {
      const next = { ...state, seen: [...state.seen, n] };
      if (next.seen.length < sizeOfRound) return saga.to(next);
      if (isClosedByClock(state.round)) return saga.to(next).clear('late').after('closing', closingMs);
      return saga.end(next).enqueue(close(next));
    })
    .onTimeout('late', (state, saga) => saga.to({ ...state, isLate: true }))
    .onTimeout('closing', (state, saga) => saga.end(state).enqueue(close(state)))
    .retry(retry);
  const closed = on(CloseRound)
    .retry(retry)
    .inject({ sql: SqlTransaction })
    .handle((round, _context, { sql }) => addEffect(sql, 'closed', round));
  return [rounds, closed];
}

function roundOf(n: number): number {
  return Math.ceil(n / sizeOfRound);
}
