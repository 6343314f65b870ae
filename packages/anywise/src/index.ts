export { Anywise, type BusStatus, type EventCollector, type Tried } from './anywise.js';
export type { AnywiseOptions, StopOptions } from './options.js';
export {
  contextKey,
  type Context,
  type ContextEntry,
  type ContextKey,
  type ContextKeyInfo,
  type FrozenContext,
} from './context.js';
export { contract, type Contract } from './contract.js';
export type {
  Awaitable,
  ClassDefinition,
  CommandType,
  FailureOptions,
  Guard,
  GuardDefinition,
  HandlerDefinition,
  ListenerDefinition,
  ListenerOptions,
  OnDead,
  OpaqueReply,
  SinkDefinition,
  Target,
} from './definitions.js';
export type { BusDeadLetters } from './bus-dead-letters.js';
export type { DeadLetter, DeadLetterFilter, DeadLetterPage, DeadLetters, InboxRef } from './dead-letter.js';
export type { EnqueueOptions } from './enqueue-options.js';
export type { SendOptions } from './send-options.js';
export type { Transaction, TransactionOptions } from './transaction.js';
export { DomainError, domainError, type DomainErrorClass } from './domain-error.js';
export { parseEnvelope, type Envelope, type EnvelopeKind } from './envelope.js';
export {
  AnywiseError,
  InvalidMessageError,
  ListenersFailedError,
  SetupError,
  TerminalError,
  errorCodes,
  type ErrorCode,
  type Issue,
  type ListenerFailure,
} from './errors.js';
export type { BusDescription, Inspection, MessageDescription, Wired, WiredListener } from './inspect.js';
export type { Logger } from './logger.js';
export {
  Command,
  Event,
  Query,
  command,
  event,
  query,
  type CommandClass,
  type CommandOptions,
  type ErrorsOf,
  type EventClass,
  type EventMetadata,
  type EventOptions,
  type MessageStatics,
  type ReplyOf,
  type Upcasts,
} from './message.js';
export { handles, listens, methods, type MethodDecoratorFor } from './methods.js';
export type { Delivered, Enqueued, Failed, Observer } from './observer.js';
export { on, type CommandBuilder, type EventBuilder, type GuardBuilder } from './on.js';
export { MessageRegistry, type Registrable, type RegistryOptions } from './registry.js';
export type { RetryPlan, RetryPolicy, RetryRule } from './retry.js';
export { type, type StandardSchema, type Typed } from './schema.js';
export {
  token,
  type ContainerAdapter,
  type Dependencies,
  type Injected,
  type MessageServices,
  type Scope,
  type ServiceId,
  type Token,
} from './scope.js';
export { toEnvelopes, type Sink } from './sink.js';
export { SqlTransaction, type Migration, type SqlValue } from './sql.js';
export type {
  Claim,
  ClaimOptions,
  Due,
  FailedClaim,
  Inbox,
  InboxEntry,
  InboxStatus,
  KeptReply,
  ListenerStatus,
  Outbox,
  OutboxOutcome,
  OutboxRow,
  OutboxStatus,
  ParkedEnvelope,
  RelayLease,
  ReplyKey,
  ScheduledEnvelope,
  Store,
  StoreCapabilities,
  StoreTransaction,
} from './store.js';
export { concurrent, sequential, type PublishStrategy, type ReadyListener, type SendStrategy } from './strategies.js';
export type {
  Delivery,
  PublishFailure,
  SubscribeOptions,
  Subscription,
  Transport,
  TransportCapabilities,
} from './transport.js';
export { memoryBroker, memoryStore, type Clock, type MemoryBroker, type MemoryStoreOptions } from './memory/index.js';
