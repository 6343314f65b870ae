import { checkOptions, listOf, text, type OptionChecks } from '../core/errors/options.js';
import type { BusDescription } from '../core/bus/inspect.js';
import type { Contract } from '../core/message/contract.js';
import type { MessageClass } from '../core/message/message.js';
import { sliceOf } from '../core/message/message.js';
import { cloudEvent, envelopeOf } from './cloud-event.js';
import { Components, pascal } from './components.js';
import { jsonSchemaOptionChecks, type JsonSchema, type JsonSchemaOptions } from './json-schema.js';
import { exampleOf } from './example.js';
import { allMade } from './made.js';

/** Options of {@link asyncapi}. */
export interface AsyncApiOptions extends JsonSchemaOptions {
  /** The version of the service, as in its package.json. */
  readonly version: string;
  /** @defaultValue the name of the bus */
  readonly title?: string;
  /** One sentence about the service. @defaultValue none */
  readonly description?: string;
  /**
   * The wire names of the messages of others that it sends or enqueues. The wiring does not know them: they are in the code
   * of handlers. @defaultValue none
   */
  readonly sends?: readonly string[];
}

/** A document, as plain JSON. */
export type ApiDocument = Readonly<Record<string, unknown>>;

/**
 * Returns the AsyncAPI 3.1 document of a service: a channel for each message that it receives or sends over a transport. Its
 * own commands, queries and what it listens to are received; its own events are sent, and so is what its handlers and listeners say they publish.
 *
 * @param description what `anywise.describe()` returns.
 * @param contracts the contracts of the bus.
 * @throws SetupError that names every option that is wrong.
 * @example
 * asyncapi(anywise.describe(), [payments, orders], { version: '1.4.0' });
 */
export function asyncapi(
  description: BusDescription,
  contracts: readonly Contract[],
  options: AsyncApiOptions,
): ApiDocument {
  checkOptions('`asyncapi()`', options, checks, ['version']);
  const document = new Document(new Components(options));
  const published = allMade({ description }).map(({ type }) => type);
  const sent = new Set([...(options.sends ?? []), ...published]);
  const classes = new Map(contracts.flatMap(({ messages }) => [...messages]));
  for (const message of [...classes.values()].sort(byType)) {
    const isOwn = sliceOf(message.type) === description.name;
    const isHeard = description.heard.includes(message.type) || hasCode(description, message.type);
    if (isHeard || (isOwn && message.kind !== 'event')) document.add(message, 'receive');
    if ((isOwn && message.kind === 'event') || sent.has(message.type)) document.add(message, 'send');
  }
  return document.write(description.name, options);
}

const checks: OptionChecks<AsyncApiOptions> = {
  version: text(),
  title: text(),
  description: text(),
  sends: listOf('wire names', (item): item is string => typeof item === 'string'),
  ...jsonSchemaOptionChecks,
};

function byType(a: MessageClass, b: MessageClass): number {
  return a.type < b.type ? -1 : 1;
}

function hasCode({ messages }: BusDescription, type: string): boolean {
  const message = messages.find((each) => each.type === type);
  return message !== undefined && (message.handler !== undefined || message.listeners.length > 0);
}

const contentType = 'application/cloudevents+json';

class Document {
  readonly #components: Components;
  readonly #channels: Record<string, unknown> = {};
  readonly #operations: Record<string, unknown> = {};
  readonly #messages: Record<string, unknown> = {};

  constructor(components: Components) {
    this.#components = components;
  }

  add(message: MessageClass, action: 'send' | 'receive'): void {
    const id = pascal(message.type);
    const side = action === 'send' ? 'output' : 'input';
    this.#messages[id] ??= this.#message(message, side);
    this.#channels[id] ??= { address: message.type, messages: { [id]: { $ref: `#/components/messages/${id}` } } };
    const reply = message.kind === 'event' ? undefined : this.#reply(message, id);
    this.#operations[`${action}${id}`] = {
      action,
      channel: { $ref: `#/channels/${id}` },
      ...(message.summary !== undefined && { summary: message.summary }),
      messages: [{ $ref: `#/channels/${id}/messages/${id}` }],
      ...(reply !== undefined && { reply }),
    };
  }

  write(name: string, { version, title = name, description }: AsyncApiOptions): ApiDocument {
    return {
      asyncapi: '3.1.0',
      info: { title, version, ...(description !== undefined && { description }) },
      defaultContentType: contentType,
      channels: this.#channels,
      operations: this.#operations,
      components: { messages: this.#messages, schemas: this.#components.schemas },
    };
  }

  #message(message: MessageClass, side: 'input' | 'output'): object {
    const { type, kind, version, summary, data } = message;
    const schema: JsonSchema = data === undefined ? { type: 'object' } : this.#components.schemaOf(data, side);
    const example = exampleOf(data, schema);
    return {
      name: type,
      title: message.name,
      ...(summary !== undefined && { summary }),
      contentType,
      correlationId: { location: '$message.payload#/correlationid' },
      payload: this.#payload(kind, type, this.#components.add(pascal(type), schema), version),
      ...(example !== undefined && { examples: [{ payload: envelopeOf(message, example) }] }),
      'x-anywise-kind': kind,
      'x-anywise-version': version,
      'x-eventcatalog-message-type': kind,
      'x-eventcatalog-message-version': String(version),
    };
  }

  #payload(kind: string, type: string, data: object, version: number): object {
    const envelope = this.#components.add('CloudEvent', cloudEvent);
    const own = { kind: { const: kind }, type: { const: type }, schemaversion: { const: version }, data };
    return { allOf: [envelope, { type: 'object', properties: own, required: ['data'] }] };
  }

  /** The answer to a command or query, and its errors: where it goes is the transport's business. */
  #reply(message: MessageClass, id: string): object | undefined {
    const { type, reply, errors = [], version } = message;
    if (reply === undefined && errors.length === 0) return undefined;
    const channel = `${id}Reply`;
    const answers: Record<string, object> = {};
    if (reply !== undefined) {
      const data = this.#components.add(channel, this.#components.schemaOf(reply, 'output'));
      answers[channel] = { name: type, contentType, payload: this.#payload('reply', type, data, version) };
    }
    for (const { type: name, schema } of errors) {
      const data = schema === undefined ? {} : this.#components.schemaOf(schema, 'output');
      const content = this.#components.add(pascal(name), data);
      const error = {
        type: 'object',
        properties: { type: { const: name }, data: content },
        required: ['type', 'data'],
      };
      answers[pascal(name)] = { name, contentType, payload: this.#payload('error', type, error, version) };
    }
    for (const [name, answer] of Object.entries(answers)) this.#messages[name] ??= answer;
    this.#channels[channel] ??= {
      address: null,
      messages: Object.fromEntries(
        Object.keys(answers).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
      ),
    };
    const messages = Object.keys(answers).map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
    return { channel: { $ref: `#/channels/${channel}` }, messages };
  }
}
