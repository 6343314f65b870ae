/**
 * Building blocks for transports and stores.
 *
 * @module anywise/kit
 */

export {
  checkOptions,
  milliseconds,
  ofType,
  oneOf,
  text,
  wholeNumber,
  withDefaults,
  type OptionCheck,
  type OptionChecks,
} from '../core/errors/options.js';
export { orderKey, type WrittenEnvelope } from '../core/message/envelope.js';
export { limits, messageBytesCheck } from '../core/message/limits.js';
export { answerTo, type AnswerContent, type AnswerError } from '../core/message/answer.js';
export { actionBy, type NewAction } from './actions.js';
export { Answering, type AnsweringOptions, type Asked } from './answering.js';
export { batchesWithin, countWithin } from './batches.js';
export { boundedCount } from './bounded-count.js';
export { declareCapabilities, type DeclaredCapabilities } from './capabilities.js';
export { deadGroupsOf, groupedLetters, type GroupedLetter } from './dead-groups.js';
export { deadState, holdsUp, type DeadState } from './dead-state.js';
export { failuresOf, keptAttempts, replayedFailures, type StoredFailure } from './failed-attempts.js';
export { repeatEvery, whileFull, type IntervalOptions } from './interval.js';
export { inboxStatusOf, type ListenerCounts } from './inbox-status.js';
export { actionsKeptMs, keptSteps, processKeptMs } from './kept.js';
export { sagaColumns, sagaIn, stepColumns, stepIn, type StoredSaga, type StoredStep } from './saga-rows.js';
export { keyOf, laneOf } from './lanes.js';
export { holderName, isDeadHolder } from './lease-holder.js';
export { Mutex } from './mutex.js';
export { Opened, type OpenedOptions } from './opened.js';
export { assertOwner } from './owner.js';
export {
  connectionLost,
  noResponder,
  PendingRequests,
  type Ask,
  type PendingRequestsOptions,
} from './pending-requests.js';
export { isAlive } from './process-health.js';
export { projectionStatus } from './projection-status.js';
export { Pump, type PumpOptions } from './pump.js';
export { backoff, decideRetry, type Delays, type RetryDecision } from './retry.js';
export { checkStatement } from './statement.js';
export { readStored, readStoredEnvelope, type StoredEnvelope, type StoredText } from './stored.js';
export { isWantedBy, shortVersionOf, Subscriptions, versionOf, type Batch, type ReadOptions } from './subscriptions.js';
export { queryWrote, usedAfterEnd } from './transaction.js';
export { sleep, startInterval, startTimer } from '../core/time/timers.js';
export { Waiters } from './wait.js';
export { Watchers } from './watchers.js';
export {
  heldBack,
  publishTogether,
  readEnvelope,
  textIn,
  writeEnvelopes,
  type WireText,
  type Written,
} from './wire.js';
