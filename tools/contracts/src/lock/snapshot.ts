import { type, type Contract } from 'anywise';
import { jsonSchemaOf, type SchemaSide } from 'anywise/docs';
import type { Route } from 'anywise/express';
import { entityIdOf } from './entity-id.js';
import { canonical, type Schema, type Sides } from './schema.js';

/** What a contract says of one message today. */
export interface Message {
  readonly kind: 'command' | 'query' | 'event';
  readonly version: number;
  /** What the entity id of an event is made of. */
  readonly entityId?: string;
  readonly data: Sides;
  /** Absent if it has none. */
  readonly reply?: Sides;
  /** The data of its domain errors, by their wire names. */
  readonly errors: Readonly<Record<string, Sides>>;
}

/** What a route says today. */
export interface RouteFacts {
  readonly message: string;
  readonly status: number;
  readonly idempotencyKey: boolean;
}

/** All that others rely on, as the code says it. */
export interface Snapshot {
  readonly messages: Readonly<Record<string, Message>>;
  /** By method and path, such as `POST /payments`. */
  readonly routes: Readonly<Record<string, RouteFacts>>;
  /** What of the schemas cannot be seen, and so cannot be compared. */
  readonly unseen: readonly string[];
}

export type MessageClass = Contract['messages'] extends ReadonlyMap<string, infer Class> ? Class : never;
type AnySchema = Parameters<typeof jsonSchemaOf>[0];

/** Reads what others rely on from contracts and routes. */
export function snapshotOf(contracts: readonly Contract[], routes: readonly Route[] = []): Snapshot {
  const unseen: string[] = [];
  const classes = contracts.flatMap(({ messages }) => [...messages.values()]);
  const messages = classes.map((message) => [message.type, messageOf(message, unseen)] as const);
  return { messages: Object.fromEntries(messages), routes: Object.fromEntries(routes.map(routeOf)), unseen };
}

function messageOf(message: MessageClass, unseen: string[]): Message {
  const { kind, version, reply, errors = [], entityId } = message;
  const seen = (schema: AnySchema, part: string): Sides => sidesOf(schema, `${message.type}: ${part}`, unseen);
  const data = message.data === undefined ? nothing : seen(message.data, 'data');
  return {
    kind,
    version,
    ...(entityId !== undefined && { entityId: entityIdOf(entityId, data.output) }),
    data,
    ...(reply !== undefined && { reply: seen(reply, 'reply') }),
    errors: Object.fromEntries(
      errors.map(({ type: name, schema = unknownData }) => [name, seen(schema, `error \`${name}\``)] as const),
    ),
  };
}

/** An error that was declared by an older copy of the package tells nothing of its data. */
const unknownData: AnySchema = type<unknown>();

/** The data of a message that has none. */
const nothing: Sides = {
  input: { type: 'object' },
  output: { additionalProperties: false, properties: {}, type: 'object' },
};

function sidesOf(schema: AnySchema, what: string, unseen: string[]): Sides {
  const see = (side: SchemaSide): Schema => {
    const { schema: found, lost } = jsonSchemaOf(schema, side);
    for (const reason of lost) if (!unseen.includes(`${what}: ${reason}`)) unseen.push(`${what}: ${reason}`);
    return canonical(found);
  };
  return { input: see('input'), output: see('output') };
}

function routeOf({ method, path, message, status, idempotencyKey = false }: Route): readonly [string, RouteFacts] {
  const { reply } = message as Partial<MessageClass>;
  const success = status ?? (reply === undefined ? 204 : 200);
  return [`${method.toUpperCase()} ${path}`, { message: message.type, status: success, idempotencyKey }];
}
