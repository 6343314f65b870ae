import { AnywiseError } from '../errors/errors.js';
import {
  anyText,
  checkOptions,
  longestRetentionMs,
  milliseconds,
  type OptionCheck,
  type OptionChecks,
} from '../errors/options.js';
import { inboxEntries } from '../delivery/intake.js';
import { encodeCommand, type Codec } from '../message/codec.js';
import { entriesCheck, type ContextEntry } from '../message/context.js';
import { writeEnvelope } from '../message/envelope.js';
import { newId } from '../message/id.js';
import { classNameOf, definitionOf, type AnyCommand } from '../message/message.js';
import { withTrace, type Instruments } from '../ports/instrumentation.js';
import type { Observers } from '../ports/observer.js';
import type { Due } from '../ports/outbox.js';
import { Frame, type FrameHost } from './frame.js';
import { unknownMessage } from './publish.js';
import type { RoutingTable } from './routing-table.js';
import type { UnitOfWork } from './unit-of-work.js';

/** What `enqueue` takes besides the command. */
export interface EnqueueOptions {
  /** How long it waits before it is due, in milliseconds. @defaultValue due at once */
  readonly delayMs?: number;
  /** When it is due, as an alternative to `delayMs`. A time in the past means now. */
  readonly at?: Date;
  /**
   * Commands of one type with the same key are handled one after the other, in the order in which they were enqueued. A
   * delayed one joins them when it is due. @defaultValue no order
   */
  readonly key?: string;
  /** Values for the context. Those of keys with a header travel with the command; the others do not. */
  readonly context?: readonly ContextEntry[];
}

const enqueueChecks: OptionChecks<EnqueueOptions> = {
  delayMs: milliseconds(0, longestRetentionMs),
  at: dueDate(),
  key: anyText(),
  context: entriesCheck,
};

export interface EnqueuerOptions {
  readonly source: string;
  readonly host: FrameHost;
  readonly routes: RoutingTable;
  readonly codec: Codec;
  readonly durable: boolean;
  readonly hasTransport: boolean;
  readonly maxMessageBytes: number;
  readonly observers: Observers;
  readonly instruments: Instruments | undefined;
}

/** Adds commands that are handled later to the unit of work that they commit with. */
export class Enqueuer {
  readonly #options: EnqueuerOptions;

  constructor(options: EnqueuerOptions) {
    this.#options = options;
  }

  /** Adds a command and returns its id. Its handler, here or in another process, runs after the commit. */
  enqueue(command: AnyCommand, options: EnqueueOptions, caller: Frame | undefined, unit: UnitOfWork): string {
    checkOptions('`enqueue()`', options, enqueueChecks);
    const { source, host, maxMessageBytes, observers, instruments } = this.#options;
    const isHere = this.#routeOf(command) === 'here';
    const due = dueOf(command.type, options);
    const messageId = newId();
    const frame = new Frame(host, { messageId, parent: caller, entries: options.context }, unit);
    const encoded = encodeCommand(command, frame, { source, key: options.key, time: timeOf(due) });
    const { envelope, json } = writeEnvelope(withTrace(encoded, instruments, caller?.trace), maxMessageBytes);
    if (due !== undefined) unit.schedule({ envelope, due });
    else if (isHere) unit.emit([], inboxEntries(envelope, [command.type], json, false));
    else unit.emit([envelope], []);
    if (observers.any) {
      const enqueued = { id: messageId, type: command.type, key: options.key, isDelayed: due !== undefined };
      unit.afterCommit(() => observers.enqueued(enqueued));
    }
    return messageId;
  }

  #routeOf(command: AnyCommand): 'here' | 'elsewhere' {
    const { codec, routes, durable, hasTransport } = this.#options;
    if (!durable) throw noStore(command);
    const { kind } = definitionOf(command);
    if (kind === 'query') throw enqueuedQuery(command);
    if (kind === 'event') throw enqueuedEvent(command);
    if (!codec.knows(command.type)) throw unknownMessage(command, 'enqueued');
    if (routes.isHandledHere(command.type)) return 'here';
    if (!hasTransport) throw noRoute(command);
    return 'elsewhere';
  }
}

/**
 * When a command is due; `undefined` for at once.
 *
 * @throws AnywiseError (`INVALID_SETUP`) if the options name no valid time.
 */
function dueOf(type: string, { delayMs, at }: EnqueueOptions): Due | undefined {
  if (at !== undefined) {
    if (delayMs !== undefined) throw unclear(type, 'both `delayMs` and `at`; give one of them');
    return { at: at.getTime() };
  }
  if (delayMs === undefined || delayMs === 0) return undefined;
  return { delayMs };
}

/** A due time by this process's clock, in milliseconds since 1970. */
function timeOf(due: Due | undefined): number {
  if (due === undefined) return Date.now();
  return 'at' in due ? Math.max(due.at, Date.now()) : Date.now() + due.delayMs;
}

function unclear(type: string, what: string): AnywiseError {
  return new AnywiseError('INVALID_SETUP', `\`${type}\` was enqueued with ${what}.`);
}

function dueDate(): OptionCheck {
  return (value) => {
    // Not `instanceof`: it may come from another realm, as in tests.
    const isDate = Object.prototype.toString.call(value) === '[object Date]';
    const isNear = isDate && (value as Date).getTime() <= Date.now() + longestRetentionMs;
    return isNear ? undefined : 'a valid `Date`, at most a hundred years from now';
  };
}

function noStore(command: AnyCommand): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was enqueued, but the bus has no store to keep it in. Pass one as \`store\`.`,
  );
}

function enqueuedQuery(query: AnyCommand): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${query.type}\` was enqueued, but it is a query, and its reply would be lost. Use \`send\`.`,
  );
}

function enqueuedEvent(event: AnyCommand): AnywiseError {
  return new AnywiseError('INVALID_MESSAGE', `\`${event.type}\` was enqueued, but is an event. Use \`publish\`.`);
}

function noRoute(command: AnyCommand): AnywiseError {
  return new AnywiseError(
    'NO_HANDLER',
    `\`${command.type}\` was enqueued, but it has no handler in this process, and the bus has no transport to another. Register one with \`on(${classNameOf(command)}).handle(…)\`, or pass \`transport\`.`,
  );
}
