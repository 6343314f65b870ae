/**
 * Messages and contracts without the bus: for browsers, and wherever else there is no Node. It is what `anywise` is to a
 * bundler that builds for browsers, so contracts import `anywise` as ever.
 *
 * @module anywise/contract
 */

export { contextKey, type Context, type ContextEntry, type ContextKey } from '../core/message/context.js';
export { contract, type Contract } from '../core/message/contract.js';
export { command, event, query, type CommandClass, type EventClass, type QueryClass } from '../core/message/declare.js';
export { DomainError, domainError, type DomainErrorClass } from '../core/message/domain-error.js';
export {
  Command,
  Event,
  Query,
  type ErrorsOf,
  type EventMetadata,
  type MessageStatics,
  type ReplyOf,
  type Upcasts,
} from '../core/message/message.js';
export type { CommandOptions, EventOptions } from '../core/message/options.js';
export { type, type StandardSchema, type Typed } from '../core/message/schema.js';
export { AnywiseError, InvalidMessageError, SetupError, type Issue } from '../core/errors/errors.js';
export { errorCodes, type ErrorCode } from '../core/errors/codes.js';
