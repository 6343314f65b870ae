import { limits, messageBytesCheck } from '../message/limits.js';
import {
  longestRetentionMs,
  listOf,
  milliseconds,
  ofType,
  optionProblems,
  text,
  wholeNumber,
  withMethods,
  type OptionChecks,
} from '../errors/options.js';
import { isContextKey, type ContextKeyInfo } from '../message/context.js';
import type { Contract } from '../message/contract.js';
import type { SinkDefinition } from '../registry/definitions.js';
import { loggerCheck, type Logger } from '../ports/logger.js';
import type { MessageRegistry } from '../registry/registry.js';
import type { ContainerAdapter } from '../ports/container.js';
import type { Store } from '../ports/store.js';
import type { PublishStrategy, SendStrategy } from '../dispatch/strategies.js';
import type { Instrumentation } from '../ports/instrumentation.js';
import type { Transport } from '../ports/transport.js';

/** What a bus is created with. */
export interface AnywiseOptions {
  /** The service's name. The contract of this name is its own: each of its commands and queries needs a handler here. */
  readonly name: string;
  /** The version of the service, which tools show beside its processes. @defaultValue none */
  readonly version?: string;
  readonly registries?: readonly MessageRegistry[];
  /**
   * Where events are written besides: `[on(PaymentEvent).named('audit').sink(fileSink('audit.jsonl'))]`. They are listeners,
   * as if in a registry named `sink`, so one without a name of its own is named `sink/<wire name>`.
   */
  readonly sinks?: readonly SinkDefinition[];
  /** The contracts of all slices whose messages are sent, published or listened to here. */
  readonly contracts?: readonly Contract[];
  /** Where dependencies come from, for example `inversify(container)`. */
  readonly container?: ContainerAdapter;
  /**
   * Commits writes and events in one transaction, and runs listeners after the commit. @defaultValue none: listeners run
   * inside `publish`
   */
  readonly store?: Store;
  /** Connects this service with others. Without a store, one in memory is used. @defaultValue none */
  readonly transport?: Transport;
  /** Context keys with a header that are read from incoming messages. */
  readonly context?: readonly ContextKeyInfo[];
  /**
   * Checks what handlers return against the `reply` of the contract even if it stays in the process, so that a wrong reply
   * is found early. Replies that leave the process are always checked.
   *
   * @defaultValue true, unless `NODE_ENV` is `production`
   */
  readonly checkReplies?: boolean;
  /** Wraps each command. @defaultValue none */
  readonly sender?: SendStrategy;
  /** How listeners inside `publish` are run. @defaultValue `sequential` */
  readonly publisher?: PublishStrategy;
  /** Records traces and metrics, for example `otel()` of `anywise/otel`. @defaultValue none, which costs nothing */
  readonly instrumentation?: Instrumentation;
  /** @defaultValue warnings and errors to the console */
  readonly logger?: Logger;
  /**
   * How many messages are handled at once. A higher number is faster if listeners wait for other systems. With several
   * listeners, each may take up to half, unless it says otherwise with `.concurrency(…)`. As many requests of other services
   * are handled beside them; ten times as many may wait, and further ones are refused (`OVERLOADED`). @defaultValue 100
   */
  readonly concurrency?: number;
  /**
   * How large a published or enqueued message may be as JSON, in bytes. Transports have a limit of their own. A larger
   * message that arrives becomes a dead letter.
   *
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly maxMessageBytes?: number;
  /**
   * How long one attempt of a listener, or of an enqueued command, may take, in milliseconds, unless it says otherwise with
   * `.timeoutMs(…)`. After that its writes are rolled back, its signal is aborted, and the attempt counts as failed.
   *
   * @defaultValue 300_000 (5 minutes)
   */
  readonly timeoutMs?: number;
  /**
   * How long a `send` waits for the answer of another service, in milliseconds, if neither the send has a `timeoutMs` nor its
   * caller a deadline.
   *
   * @defaultValue 10_000
   */
  readonly remoteTimeoutMs?: number;
  /**
   * How long a claim on a message lasts, in milliseconds. It is renewed while the listener runs, so it only bounds how long
   * the messages of a dead machine wait for another process. @defaultValue 30_000
   */
  readonly leaseMs?: number;
  /** How long handled messages and kept replies are remembered. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
}

/** Options of `check`. */
export interface CheckOptions {
  /** A part that has not answered after so many milliseconds counts as down. @defaultValue no limit */
  readonly timeoutMs?: number;
}

/** Options of `stop`. */
export interface StopOptions {
  /**
   * How long messages in hand may take to finish, in milliseconds; the rest is handled again after the next start.
   * @defaultValue 25_000
   */
  readonly timeoutMs?: number;
}

/** Options of `projected`. */
export interface ProjectedOptions {
  /** How long to wait, in milliseconds. @defaultValue 10_000 */
  readonly timeoutMs?: number;
}

/** The default of {@link ProjectedOptions}. */
export const defaultProjectedMs = 10_000;

/** The default of {@link StopOptions}. */
export const defaultStopMs = 25_000;

export const busDefaults = {
  concurrency: 100,
  maxMessageBytes: limits.messageBytes,
  timeoutMs: 300_000,
  remoteTimeoutMs: 10_000,
  leaseMs: 30_000,
  retentionMs: 604_800_000,
};

const container = 'a container adapter, such as `inversify(container)`';
const store = 'a store, such as `sqliteStore({ path })`';
const transport = 'a transport, such as `sqliteTransport({ path })`';

const busChecks: OptionChecks<AnywiseOptions> = {
  name: text(),
  version: text(),
  registries: listOf('registries, made by `new MessageRegistry(…)`', isRegistry),
  sinks: listOf('sinks, made by `on(…).sink(…)`', (item) => 'sink' in Object(item)),
  contracts: listOf('contracts, made by `contract(…)`', isContract),
  container: withMethods(container, 'provides', 'verify', 'open'),
  store: withMethods(store, 'begin', 'findReply', 'watch', 'clean', 'check', 'close'),
  transport: withMethods(transport, 'publish', 'subscribe', 'check', 'close'),
  context: listOf('context keys, made by `contextKey(…)`', isContextKey),
  checkReplies: ofType('boolean'),
  sender: ofType('function'),
  publisher: ofType('function'),
  instrumentation: withMethods('an instrumentation, such as `otel()`', 'instrument'),
  logger: loggerCheck,
  concurrency: wholeNumber(1, 100_000),
  maxMessageBytes: messageBytesCheck,
  timeoutMs: milliseconds(1),
  remoteTimeoutMs: milliseconds(1),
  leaseMs: milliseconds(10),
  retentionMs: milliseconds(0, longestRetentionMs),
};

/** Options that a bus can be made with, and what is wrong with those that were given. */
export interface ReadOptions {
  readonly options: AnywiseOptions;
  readonly problems: readonly string[];
}

/** Leaves out what is wrong: a bus can be made and verified, so that `start` tells all that is wrong with it at once. */
export function readBusOptions(given: AnywiseOptions): ReadOptions {
  const problems = optionProblems(given, busChecks, ['name']);
  if (problems.length === 0) return { options: given, problems };
  const right = Object.entries(Object(given) as AnywiseOptions).filter(
    ([name, value]) => Object.hasOwn(busChecks, name) && busChecks[name as keyof AnywiseOptions](value) === undefined,
  );
  return { options: { name: 'unnamed', ...Object.fromEntries(right) }, problems };
}

export const stopChecks: OptionChecks<StopOptions> = { timeoutMs: milliseconds(0) };
export const projectedChecks: OptionChecks<ProjectedOptions> = { timeoutMs: milliseconds(1) };
export const checkChecks: OptionChecks<CheckOptions> = { timeoutMs: milliseconds(1) };

const isMap = withMethods('', 'get', 'values');

function isContract(item: unknown): boolean {
  return isMap((Object(item) as Partial<Contract>).messages) === undefined;
}

/** By what it can do: it may come from another copy of this package, whose messages are recognised. */
function isRegistry(item: unknown): boolean {
  const isOne = withMethods('', 'register', 'seal')(item) === undefined;
  return isOne && Array.isArray((item as Partial<MessageRegistry>).handlers);
}
