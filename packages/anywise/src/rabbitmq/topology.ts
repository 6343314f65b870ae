import type { Channel } from 'amqplib';
import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import { replyCodeOf, type Connection } from './client.js';
import type { Names } from './names.js';

/** How the exchange and the queues are made. */
export interface TopologyOptions {
  readonly names: Names;
  readonly vhost: string;
  readonly replicas: number | undefined;
  readonly manage: boolean;
}

/** A queue of a service, and what it takes. */
export interface WantedQueue {
  readonly name: string;
  /** Routing keys. */
  readonly bindings: readonly string[];
}

/** How often a service that runs binds its queue again. */
export const rebindMs = 5_000;

/** Arguments of a queue that affect neither loss nor order, so the operator of the server may choose them. */
export const operatorsChoice =
  /inequivalent arg '(?:x-quorum-initial-group-size|x-initial-cluster-size|x-queue-leader-locator)'/;

export function argumentsOf(replicas: number | undefined): Readonly<Record<string, string | number | boolean>> {
  return {
    'x-queue-type': 'quorum',
    // Two consumers at once bring later messages before earlier ones.
    'x-single-active-consumer': true,
    // The largest that there is. `-1` means none on some versions, and on others that nothing is delivered twice.
    'x-delivery-limit': 2_147_483_647,
    ...(replicas === undefined ? {} : { 'x-quorum-initial-group-size': replicas }),
  };
}

/** Makes the exchange of messages if it is missing. @throws AnywiseError (`UNAVAILABLE`) if it may not be made. */
export function ensureExchange(connection: Connection, options: TopologyOptions): Promise<void> {
  return ensureExchangeOf('topic', options.names.exchange, connection, options);
}

/** Makes the exchange of requests if it is missing. @throws AnywiseError (`UNAVAILABLE`) if it may not be made. */
export function ensureAskExchange(connection: Connection, options: TopologyOptions): Promise<void> {
  return ensureExchangeOf('direct', options.names.askExchange, connection, options);
}

async function ensureExchangeOf(
  type: 'topic' | 'direct',
  exchange: string,
  connection: Connection,
  options: TopologyOptions,
): Promise<void> {
  await ensure(connection, options, {
    what: `exchange \`${exchange}\``,
    declare: (channel) => channel.assertExchange(exchange, type, { durable: true }),
    look: (channel) => channel.checkExchange(exchange),
    queue: undefined,
  });
}

/**
 * Makes the queue of a service if it is missing, and adds bindings. None is ever removed: another version may want it. Where
 * nothing may be made, only the queue is looked at, as RabbitMQ does not show bindings.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that says what is missing or wrong, and what to do.
 */
export async function ensureQueue(connection: Connection, queue: WantedQueue, options: TopologyOptions): Promise<void> {
  const declaration = { durable: true, arguments: argumentsOf(options.replicas) };
  await ensure(connection, options, {
    what: `queue \`${queue.name}\``,
    declare: (channel) => channel.assertQueue(queue.name, declaration),
    look: (channel) => channel.checkQueue(queue.name),
    queue,
  });
  if (!options.manage) return;
  await connection.onChannel(`the bindings of the queue \`${queue.name}\``, (channel) =>
    Promise.all(queue.bindings.map((key) => channel.bindQueue(queue.name, options.names.exchange, key))),
  );
}

interface Part {
  readonly what: string;
  readonly declare: (channel: Channel) => Promise<unknown>;
  readonly look: (channel: Channel) => Promise<unknown>;
  /** For the command that makes it. */
  readonly queue: WantedQueue | undefined;
}

async function ensure(connection: Connection, options: TopologyOptions, part: Part): Promise<void> {
  const refusal = options.manage ? await declared(connection, part) : '`manage` is `false`';
  if (refusal === undefined) return;
  // Everybody may look.
  try {
    await connection.onChannel(`a look at the ${part.what}`, part.look);
  } catch (error) {
    if (replyCodeOf(error) !== 404) throw error;
    const command = importCommand(part.queue === undefined ? [] : [part.queue], options);
    throw new AnywiseError(
      'UNAVAILABLE',
      `The RabbitMQ ${part.what} is missing, and ${refusal}. Let an administrator run \`${command}\`.`,
      { cause: error },
    );
  }
}

/** Gives why it could not be declared, if the user may not do that. */
async function declared(connection: Connection, { what, declare }: Part): Promise<string | undefined> {
  try {
    await connection.onChannel(`the declaration of the ${what}`, declare);
    return undefined;
  } catch (error) {
    const text = errorText(error);
    if (replyCodeOf(error) === 403) return 'the user may not make it';
    if (replyCodeOf(error) !== 406) throw error;
    if (operatorsChoice.test(text)) return undefined;
    throw new AnywiseError(
      'UNAVAILABLE',
      `The RabbitMQ ${what} exists with other settings, which cannot be changed (${text}). Once it is empty, delete it, so that it is made anew; or use another \`prefix\`.`,
      { cause: error },
    );
  }
}

/** Makes everything that services need, and changes nothing that is there. */
export function importCommand(queues: readonly WantedQueue[], options: Omit<TopologyOptions, 'manage'>): string {
  const { names, vhost, replicas } = options;
  const exchange = { vhost, durable: true, auto_delete: false, internal: false, arguments: {} };
  const queue = { vhost, durable: true, auto_delete: false, arguments: argumentsOf(replicas) };
  const definitions = {
    exchanges: [
      { name: names.exchange, type: 'topic', ...exchange },
      { name: names.askExchange, type: 'direct', ...exchange },
    ],
    ...(queues.length > 0 && { queues: queues.map(({ name }) => ({ name, ...queue })) }),
    ...(queues.length > 0 && { bindings: queues.flatMap((one) => bindingsOf(one, names.exchange, vhost)) }),
  };
  return `echo ${quoted(JSON.stringify(definitions))} | rabbitmqctl import_definitions`;
}

function bindingsOf({ name, bindings }: WantedQueue, exchange: string, vhost: string): readonly object[] {
  const binding = { source: exchange, vhost, destination: name, destination_type: 'queue', arguments: {} };
  return bindings.map((key) => ({ ...binding, routing_key: key }));
}

/** A text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
