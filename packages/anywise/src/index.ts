/**
 * The bus, its building blocks, and a store and a transport in memory.
 *
 * @module anywise
 */

export { Anywise, type EventCollector, type Tried } from './core/bus/anywise.js';
export type { BusStatus, ProjectionStatus } from './core/ports/bus-status.js';
export { share, type SharedTransport, type ShareOptions } from './core/bus/share.js';
export type { AnywiseOptions, CheckOptions, ProjectedOptions, StopOptions } from './core/bus/options.js';
export {
  contextKey,
  type Context,
  type ContextEntry,
  type ContextKey,
  type ContextKeyInfo,
  type FrozenContext,
} from './core/message/context.js';
export { contract, type Contract } from './core/message/contract.js';
export {
  Entities,
  type HistoryOptions,
  type IdsOptions,
  type Loaded,
  type Recorded,
} from './core/entities/entities.js';
export {
  entity,
  type Entity,
  type EntityBuilder,
  type EntityOptions,
  type EntityStep,
  type EventType,
  type NarrowableEvent,
  type SnapshotOptions,
} from './core/entities/entity.js';
export {
  projection,
  type Projection,
  type ProjectionBuilder,
  type ProjectionOptions,
  type ProjectionStep,
  type ReadModel,
  type Writing,
} from './core/projections/projection.js';
export type {
  Created,
  Decided,
  DeciderBuilder,
  DeciderDefinition,
  DeciderOf,
  DeciderOptions,
  Replying,
} from './core/registry/decider.js';
export type {
  Awaitable,
  ClassDefinition,
  CommandType,
  FailureOptions,
  Guard,
  GuardDefinition,
  HandlerDefinition,
  ListenerDefinition,
  BatchContext,
  BatchGuard,
  BatchListenerDefinition,
  BatchOptions,
  ListenerGuard,
  ListenerOptions,
  Next,
  NextLimit,
  OpaqueReply,
  SinkDefinition,
  Target,
} from './core/registry/definitions.js';
export type { Correlation, Saga, SagaOptions, SagaPart } from './core/sagas/declaration.js';
export { saga, type SagaBuilder } from './core/sagas/saga.js';
export type { LateStep, LateSteps, Step, StepCommand, StepData, StepEnqueueOptions, Steps } from './core/sagas/step.js';
export type { BusDeadLetters } from './core/bus/dead-letters.js';
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  FailedAttempt,
  InboxRef,
} from './core/ports/dead-letters.js';
export type { EnqueueOptions } from './core/dispatch/enqueue.js';
export type { PublishOptions } from './core/dispatch/publish.js';
export type { SendOptions } from './core/dispatch/send-options.js';
export type { Transaction, TransactionOptions } from './core/bus/anywise.js';
export { DomainError, domainError, type DomainErrorClass } from './core/message/domain-error.js';
export { parseEnvelope, type Envelope, type EnvelopeKind, type WrittenEnvelope } from './core/message/envelope.js';
export {
  AnywiseError,
  InvalidMessageError,
  ListenersFailedError,
  RefusedError,
  SetupError,
  TerminalError,
  type Issue,
  type ListenerFailure,
} from './core/errors/errors.js';
export { errorCodes, type ErrorCode } from './core/errors/codes.js';
export type {
  EntityDescription,
  ModelDescriptions,
  ProjectionDescription,
  SagaDescription,
} from './core/bus/describe-models.js';
export type { BusDescription, Inspection, MessageDescription, Wired, WiredListener } from './core/bus/inspect.js';
export type { Logger } from './core/ports/logger.js';
export {
  Command,
  Event,
  Query,
  type ErrorsOf,
  type EventMetadata,
  type MessageStatics,
  type ReplyOf,
  type Upcasts,
} from './core/message/message.js';
export { command, event, query, type CommandClass, type QueryClass, type EventClass } from './core/message/declare.js';
export type { CommandOptions, EventOptions } from './core/message/options.js';
export { handles, listens, methods, type MethodDecoratorFor } from './core/registry/methods.js';
export type { Delivered, Enqueued, Failed, Observer } from './core/ports/observer.js';
export {
  on,
  type BatchBuilder,
  type CommandBuilder,
  type EventBuilder,
  type GuardBuilder,
} from './core/registry/on.js';
export { MessageRegistry, type Registrable, type RegistryOptions } from './core/registry/registry.js';
export type { RetryPlan, RetryPolicy, RetryRule } from './kit/retry.js';
export { type, type StandardSchema, type Typed } from './core/message/schema.js';
export {
  token,
  type ContainerAdapter,
  type Dependencies,
  type Injected,
  type MessageServices,
  type Scope,
  type ScopeOutcome,
  type ServiceId,
  type Token,
} from './core/ports/container.js';
export { toEnvelopes, type Sink } from './core/ports/sink.js';
export { SqlTransaction, type Migration, type SqlValue } from './core/ports/sql.js';
export { defaultCountLimit, type BoundedCount } from './core/ports/bounded-count.js';
export {
  StreamConflictError,
  type EventLog,
  type FeedOptions,
  type FeedPage,
  type LoadedStream,
  type LoadOptions,
  type LoggedEvent,
  type LogTransaction,
  type Snapshot,
  type StreamAppend,
  type StreamsOptions,
} from './core/ports/event-log.js';
export type {
  Claim,
  ClaimOptions,
  Claimed,
  FailedClaim,
  Inbox,
  InboxEntry,
  InboxStatus,
  ListenerStatus,
  OnDead,
} from './core/ports/inbox.js';
export type {
  Due,
  Outbox,
  OutboxOutcome,
  OutboxRow,
  ReadableOutboxRow,
  UnreadableOutboxRow,
  OutboxStatus,
  RelayHolder,
  RelayLease,
  SendableRows,
  ScheduledEnvelope,
} from './core/ports/outbox.js';
export type { ActionName, ActionPage, ActionRecord, Actions } from './core/ports/actions.js';
export type { ProcessInfo, ProcessRow, Processes } from './core/ports/processes.js';
export type {
  FaultFilter,
  FaultState,
  FaultTransaction,
  HeldGeneration,
  NewFault,
  ProjectionFault,
  ProjectionFaults,
  ProjectionKey,
  ProjectionRow,
  Projections,
  ProjectionState,
  ProjectionTable,
  ProjectionTransaction,
  ProjectionVersion,
} from './core/ports/projections.js';
export type { ParkedMessage, ParkedMessages } from './core/ports/parked.js';
export type {
  KeptSaga,
  SagaCount,
  SagaDetail,
  SagaFilter,
  SagaRow,
  Sagas,
  SagaStatus,
  SagaStep,
  SagaStepRow,
  SagaTransaction,
  WaitingTimeout,
} from './core/ports/sagas.js';
export type { ScheduledMessage, ScheduledMessages } from './core/ports/scheduled.js';
export type {
  BeginOptions,
  Completion,
  KeptReply,
  NewMessages,
  ReplyKey,
  Store,
  StoreCapabilities,
  StoreChanged,
  StorePart,
  StoreTransaction,
  TransactionPart,
} from './core/ports/store.js';
export type {
  DeadGroup,
  InboxFilter,
  InboxRow,
  InboxState,
  OutboxFilter,
  OutboxState,
  OutboxView,
  Page,
  Seen,
  StoreCounts,
  StoreView,
} from './core/ports/store-view.js';
export {
  concurrent,
  sequential,
  type PublishStrategy,
  type ReadyListener,
  type SendStrategy,
} from './core/dispatch/strategies.js';
export type {
  PublishFailure,
  Received,
  SubscribeOptions,
  Subscription,
  Transport,
  TransportCapabilities,
  TransportLacks,
} from './core/ports/transport.js';
export { memoryBroker, memoryStore, type Clock, type MemoryBroker, type MemoryStoreOptions } from './memory/index.js';
