/** Where a saga stands; `early`: messages wait for it, but it has not begun. */
export type SagaStatus = 'early' | 'running' | 'ended';

/** A timeout that waits. */
export interface WaitingTimeout {
  /** The id of the scheduled message. */
  readonly id: string;
  /** When it is due by the clock of the process that set it, in milliseconds since 1970. */
  readonly dueAt: number;
}

/** A saga as it is to be kept. */
export interface KeptSaga {
  readonly name: string;
  readonly key: string;
  readonly status: SagaStatus;
  /** The version of the saga that wrote the state. */
  readonly shape: number;
  /** The number of its last step: 1, 2, 3 and so on. */
  readonly revision: number;
  /** As JSON; `undefined` before it has begun. */
  readonly state: string | undefined;
  /** By name. */
  readonly timeouts: Readonly<Record<string, WaitingTimeout>>;
}

/** A saga as the store keeps it. Times are in milliseconds since 1970, by the store's clock. */
export interface SagaRow extends KeptSaga {
  /** When its first message came. */
  readonly createdAt: number;
  readonly changedAt: number;
  readonly endedAt: number | undefined;
}

/** What a message did to a saga, and what it caused. */
export interface SagaStep {
  readonly messageId: string;
  /** The wire name of the event, or the name of the timeout. */
  readonly type: string;
  readonly outcome: 'started' | 'stepped' | 'early' | 'late' | 'stale' | 'ended by hand';
  /** The state after it, as JSON. */
  readonly state: string | undefined;
  /** The wire names of the commands and events, and the names of the timeouts. */
  readonly caused: readonly string[];
  /** The envelope of an early message, until it is taken. */
  readonly json?: string | undefined;
}

/** A step as the store keeps it. */
export interface SagaStepRow extends SagaStep {
  readonly n: number;
  /** In milliseconds since 1970, by the store's clock. */
  readonly at: number;
}

/** A saga with its last steps, the oldest first. */
export interface SagaDetail {
  readonly row: SagaRow;
  readonly steps: readonly SagaStepRow[];
}

/** Sagas within a transaction: what it saves commits with everything else in it, or not at all. */
export interface SagaTransaction {
  /** The saga with a key. Until the transaction ends, no other can save it. */
  open(name: string, key: string): Promise<SagaRow | undefined>;
  /**
   * Keeps a saga and the step that led to it, whose number is the revision. Of a saga, the last hundred steps are kept, and
   * all that wait.
   *
   * @throws StreamConflictError if its revision is not the one before.
   */
  save(saga: KeptSaga, step: SagaStep): Promise<void>;
  /** The envelopes of the early messages in the order in which they came, which wait no more from then on. */
  takeEarly(name: string, key: string): Promise<readonly string[]>;
}

/** Which sagas to list. */
export interface SagaFilter {
  readonly name?: string | undefined;
  readonly status?: SagaStatus | undefined;
}

/** How many sagas of a name there are that have not ended. */
export interface SagaCount {
  readonly name: string;
  readonly status: Exclude<SagaStatus, 'ended'>;
  readonly count: number;
}

/** The sagas of a service, as tools see them. Those that ended go with `Store.clean`. */
export interface Sagas {
  /** Those that changed last come first. */
  list(filter: SagaFilter, page: { readonly limit: number }): Promise<readonly SagaRow[]>;
  /** One saga with its steps, if there is one. */
  find(name: string, key: string): Promise<SagaDetail | undefined>;
  /** How many of each name have not ended, by status. Those that have are too many to count. */
  count(): Promise<readonly SagaCount[]>;
}
