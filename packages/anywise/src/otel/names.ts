// The names of what is recorded. Those of messaging follow version 1.45 of the semantic conventions, where they are still in
// development: https://github.com/open-telemetry/semantic-conventions/tree/v1.45.0/docs/messaging

/** Attributes of spans and metrics. */
export const attribute = {
  system: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  subscription: 'messaging.destination.subscription.name',
  consumerGroup: 'messaging.consumer.group.name',
  batchCount: 'messaging.batch.message_count',
  messageId: 'messaging.message.id',
  conversation: 'messaging.message.conversation_id',
  errorType: 'error.type',
  attempt: 'anywise.message.attempt',
  age: 'anywise.message.age',
  kind: 'anywise.message.kind',
  key: 'anywise.message.key',
  state: 'anywise.state',
  projection: 'anywise.projection.name',
  projectionVersion: 'anywise.projection.version',
  outcome: 'anywise.outcome',
  entity: 'anywise.entity.name',
  retryInMs: 'anywise.retry.in_ms',
  holdsUp: 'anywise.dead.holds_up',
  replayed: 'anywise.replayed',
} as const;

/** Events within a `process` span. */
export const spanEvent = {
  retry: 'anywise.retry',
  dead: 'anywise.dead',
  leaseLost: 'anywise.lease_lost',
} as const;

export const metric = {
  processDuration: 'messaging.process.duration',
  operationDuration: 'messaging.client.operation.duration',
  sent: 'messaging.client.sent.messages',
  consumed: 'messaging.client.consumed.messages',
  sendDuration: 'anywise.send.duration',
  deliveryDelay: 'anywise.delivery.delay',
  retries: 'anywise.retries',
  deadLetters: 'anywise.dead_letters',
  leasesLost: 'anywise.leases.lost',
  outboxMessages: 'anywise.outbox.messages',
  outboxAge: 'anywise.outbox.age',
  outboxRelay: 'anywise.outbox.relay',
  inboxMessages: 'anywise.inbox.messages',
  inboxAge: 'anywise.inbox.age',
  transportLag: 'anywise.transport.lag',
  clockSkew: 'anywise.clock.skew',
  projectionBehind: 'anywise.projection.behind',
  projectionLag: 'anywise.projection.lag',
  projectionFaults: 'anywise.projection.faults',
  projectionEvents: 'anywise.projection.events',
  horizonLag: 'anywise.log.horizon_lag',
  entityConflicts: 'anywise.entity.conflicts',
} as const;

/** The boundaries that the conventions give for the duration of an operation, in seconds. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** For how long messages wait, in seconds: from an idle bus to a listener that was down for a day. */
export const delayBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 3_600, 86_400];

/** The instrumentation scope. */
export const scope = 'anywise';
