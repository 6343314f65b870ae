import { AnywiseError } from '../errors/errors.js';
import type { AnyCommand, Command, Event } from '../message/message.js';

/** Why a message fails that was not finished when its bus had to stop. */
export function stoppedBefore(): AnywiseError {
  return new AnywiseError(
    'NOT_RUNNING',
    'The bus stopped before the message was finished; nothing of it was committed.',
    { retryable: true },
  );
}

export function noHandler(command: Command): AnywiseError {
  return new AnywiseError(
    'NO_HANDLER',
    `\`${command.type}\` has no handler in this process. Register one with \`on(${command.constructor.name}).handle(…)\`, and pass its registry to \`Anywise\`.`,
  );
}

export function nestedKey(command: Command): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was sent with an idempotency key from within a handler, whose transaction it is part of. Give the key to the outermost send.`,
  );
}

export function noStoreForKey(command: Command): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was sent with an idempotency key, but the bus has no store. Pass one as \`store\`.`,
  );
}

export function unknownMessage(message: AnyCommand | Event, done: 'published' | 'enqueued'): AnywiseError {
  return new AnywiseError(
    'UNKNOWN_MESSAGE',
    `\`${message.type}\` was ${done}, but it is in none of the bus's contracts, so nobody could read it back. Add its contract to \`contracts\`.`,
  );
}

export function noStoreToEnqueue(command: AnyCommand): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was enqueued, but the bus has no store that could keep it. Pass one as \`store\`.`,
  );
}

export function enqueuedQuery(query: AnyCommand): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${query.type}\` was enqueued, but it is a query, and nobody would get its reply. Send it.`,
  );
}

export function nowhereToEnqueue(command: AnyCommand): AnywiseError {
  return new AnywiseError(
    'NO_HANDLER',
    `\`${command.type}\` was enqueued, but it has no handler in this process, and the bus has no transport to another. Register one with \`on(${command.constructor.name}).handle(…)\`, or pass \`transport\`.`,
  );
}
