import type { ContextEntry, ContextKeyInfo, MessageContext } from './context.js';
import type { Contract } from './contract.js';
import type { Envelope } from './envelope.js';
import { AnywiseError, issuePath } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import { assertJson, isJson, jsonIssues } from './json.js';
import { definitionOf, type AnyCommand, type Command, type Event, type MessageClass } from './message.js';

/** Makes the envelope of an event published in the given context. */
export function encodeEvent(event: Event, context: MessageContext, source: string): Envelope {
  const { causationId } = context;
  return {
    specversion: '1.0',
    id: event.eventId,
    source,
    type: event.type,
    time: event.timestamp,
    datacontenttype: 'application/json',
    ...(event.entityId === '' ? {} : { subject: event.entityId }),
    kind: 'event',
    schemaversion: event.version,
    correlationid: context.correlationId,
    ...(causationId === undefined ? {} : { causationid: causationId }),
    ...travellingAttributes(event.type, context),
    data: Object.assign({}, event),
  };
}

/**
 * Makes the envelope of a command enqueued in the given context.
 *
 * @param options.key the key within which commands keep their order.
 * @param options.time when it is due, in milliseconds since 1970: its age counts from then.
 */
export function encodeCommand(
  command: AnyCommand,
  context: MessageContext,
  { source, key, time }: { readonly source: string; readonly key: string | undefined; readonly time: number },
): Envelope {
  const { causationId } = context;
  const data = { ...command };
  // Within one process a command may carry values that JSON cannot represent; this one has to be read back.
  assertJson(command.type, data);
  return {
    specversion: '1.0',
    id: context.messageId,
    source,
    type: command.type,
    time: new Date(time).toISOString(),
    datacontenttype: 'application/json',
    kind: 'command',
    schemaversion: definitionOf(command).version,
    correlationid: context.correlationId,
    ...(causationId === undefined ? {} : { causationid: causationId }),
    ...(key === undefined ? {} : { partitionkey: key }),
    ...travellingAttributes(command.type, context),
    data,
  };
}

/**
 * Makes the envelope of a command or query that another service answers.
 *
 * @param options.timeoutMs how long the sender waits.
 */
export function encodeRequest(
  command: AnyCommand,
  context: MessageContext,
  options: { readonly source: string; readonly idempotencyKey: string | undefined; readonly timeoutMs: number },
): Envelope {
  const { causationId } = context;
  const { source, idempotencyKey, timeoutMs } = options;
  const { type } = command;
  const { kind, version } = definitionOf(command);
  const now = Date.now();
  const data = { ...command };
  assertJson(type, data);
  // Assigned one by one, as each spread of an object that may be empty costs as much as an id.
  const attributes: Writable<Omit<Envelope, 'data'>> = {
    specversion: '1.0',
    id: context.messageId,
    source,
    type,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    kind,
    schemaversion: version,
    correlationid: context.correlationId,
  };
  if (causationId !== undefined) attributes.causationid = causationId;
  if (idempotencyKey !== undefined) attributes.idempotencykey = idempotencyKey;
  attributes.expirytime = new Date(now + timeoutMs).toISOString();
  attributes.timeoutms = Math.max(1, Math.ceil(timeoutMs));
  return Object.assign(attributes, travellingAttributes(type, context), { data });
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

const noAttributes: Readonly<Record<string, unknown>> = {};

/**
 * @throws AnywiseError (`INVALID_CONTRACT`, `INVALID_MESSAGE`) if two values would share an attribute, or one is not JSON.
 */
function travellingAttributes(type: string, context: MessageContext): Readonly<Record<string, unknown>> {
  if (!context.hasEntries) return noAttributes;
  const attributes: Record<string, unknown> = {};
  const keys = new Map<string, string>();
  for (const [{ key, header }, value] of context.entries()) {
    if (header === undefined || value === undefined) continue;
    const other = keys.get(header);
    if (other !== undefined) throw sharedHeader(type, header, [other, key]);
    keys.set(header, key);
    if (!isJson(value)) throw notJson(type, key, value);
    attributes[header] = JSON.stringify(value);
  }
  return attributes;
}

function sharedHeader(type: string, header: string, [first, second]: readonly [string, string]): AnywiseError {
  return new AnywiseError(
    'INVALID_CONTRACT',
    `The context keys \`${first}\` and \`${second}\` of \`${type}\` both travel as \`${header}\`. Give one of them another header.`,
  );
}

function notJson(type: string, key: string, value: unknown): AnywiseError {
  const [issue] = jsonIssues(value, [key]);
  return new AnywiseError(
    'INVALID_MESSAGE',
    `The context value \`${issue === undefined ? key : issuePath(issue)}\` of \`${type}\` ${String(issue?.message)}, so it cannot travel. Use JSON values, or a key without a header.`,
  );
}

/** Reads messages from envelopes: finds the class, upcasts old versions, validates. */
export class Codec {
  readonly #classes = new Map<string, MessageClass>();
  /** The wire names that contracts have. */
  readonly #shared = new Set<string>();
  readonly #travelling: readonly ContextKeyInfo[];

  /**
   * @param travelling the context keys with a header that this process reads from envelopes.
   * @param own events that this service keeps, whether a contract has them or not.
   */
  constructor(
    contracts: readonly Contract[],
    travelling: readonly ContextKeyInfo[],
    own: readonly MessageClass[] = [],
  ) {
    for (const message of own) this.#classes.set(message.type, message);
    for (const { messages } of contracts) {
      for (const [type, message] of messages) {
        this.#classes.set(type, message);
        this.#shared.add(type);
      }
    }
    this.#travelling = travelling.filter(({ header }) => header !== undefined);
  }

  knows(type: string): boolean {
    return this.#classes.has(type);
  }

  /** Whether other services may have it: an event of no contract stays in this one. */
  isShared(type: string): boolean {
    return this.#shared.has(type);
  }

  classOf(type: string): MessageClass | undefined {
    return this.#classes.get(type);
  }

  /** @throws AnywiseError (`UNKNOWN_MESSAGE`, retryable) if no contract has the type. */
  assertKnown(type: string): MessageClass {
    const message = this.#classes.get(type);
    if (message !== undefined) return message;
    throw new AnywiseError(
      'UNKNOWN_MESSAGE',
      `No contract here has \`${type}\`. It waits for a version of this service that knows it.`,
      { retryable: true },
    );
  }

  /**
   * @throws AnywiseError (`UNKNOWN_MESSAGE`, retryable: a newer peer may have sent it) if no contract has the type, or none
   * knows its version yet.
   * @throws AnywiseError (`UNREADABLE_MESSAGE`) if its version has no upcast.
   * @throws InvalidMessageError if its data does not fit.
   */
  decode(envelope: Envelope): Command | Event {
    const message = this.assertKnown(envelope.type);
    const metadata = {
      eventId: envelope.id,
      timestamp: envelope.time,
      source: envelope.source,
      ...(envelope.subject === undefined ? {} : { entityId: envelope.subject }),
    };
    if (envelope.schemaversion === message.version) return message.readBack(envelope.data, metadata) as Command | Event;
    const data = upcast(message, envelope);
    try {
      return message.parse(data, metadata) as Command | Event;
    } catch (cause) {
      throw wrongUpcast(message, envelope, cause);
    }
  }

  /** The context values that came with an envelope. */
  entriesOf(envelope: Envelope): ContextEntry[] {
    const attributes = envelope as unknown as Readonly<Record<string, unknown>>;
    return this.#travelling.flatMap((key) => {
      const text = key.header === undefined ? undefined : attributes[key.header];
      return typeof text === 'string' ? [{ key, value: parseAttribute(envelope, key, text) }] : [];
    });
  }
}

function upcast(message: MessageClass, { data, schemaversion }: Envelope): unknown {
  if (schemaversion > message.version) {
    throw new AnywiseError(
      'UNKNOWN_MESSAGE',
      `\`${message.type}\` came in version ${schemaversion}, but this process only knows versions up to ${message.version}. It waits for a newer version of this service.`,
      { retryable: true },
    );
  }
  let current = data;
  for (let version = schemaversion; version < message.version; version++) {
    const step = message.upcast?.[version] as ((old: unknown) => unknown) | undefined;
    if (step === undefined) {
      throw new AnywiseError(
        'UNREADABLE_MESSAGE',
        `\`${message.type}\` came in version ${schemaversion}, but its contract has no \`upcast\` from version ${version}. Add it, then replay.`,
      );
    }
    current = takeStep(message, version, () => step(current));
  }
  return current;
}

function takeStep({ type }: MessageClass, version: number, step: () => unknown): unknown {
  let next: unknown;
  try {
    next = step();
  } catch (cause) {
    throw new AnywiseError(
      'UNREADABLE_MESSAGE',
      `The \`upcast\` of \`${type}\` from version ${version} failed (${errorText(cause)}). Correct it, then replay.`,
      { cause },
    );
  }
  if (!(next instanceof Promise)) return next;
  // Nothing awaits it, and an unhandled rejection would end the process.
  next.catch(() => undefined);
  throw new AnywiseError(
    'UNREADABLE_MESSAGE',
    `The \`upcast\` of \`${type}\` from version ${version} returned a promise. Make it synchronous, then replay.`,
  );
}

function wrongUpcast({ type, version }: MessageClass, { schemaversion }: Envelope, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNREADABLE_MESSAGE',
    `\`${type}\` came in version ${schemaversion}, and the result of its \`upcast\` does not fit version ${version} (${errorText(cause)}). Correct it, then replay.`,
    { cause },
  );
}

function parseAttribute({ type }: Envelope, { key, header }: ContextKeyInfo, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AnywiseError(
      'UNREADABLE_MESSAGE',
      `\`${type}\` came with \`${String(header)}\` for the context key \`${key}\`, which is not JSON: ${text.slice(0, 80)}`,
      { cause },
    );
  }
}
