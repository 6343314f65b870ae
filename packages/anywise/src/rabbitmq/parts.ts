import type { Channel } from 'amqplib';
import { errorText } from '../core/errors/thrown.js';
import type { TopologyPart, TopologyState } from '../core/ports/topology.js';
import { replyCodeOf, type Connection } from './client.js';
import { operatorsChoice, type WantedQueue } from './topology.js';

/** An exchange or a queue, and how to look at it and make it. */
export interface Wanted {
  readonly kind: 'exchange' | 'queue';
  readonly name: string;
  readonly settings: TopologyPart['settings'];
  readonly declare: (channel: Channel) => Promise<unknown>;
  readonly look: (channel: Channel) => Promise<unknown>;
}

/** Why a queue cannot be bound; `undefined` if it is bound now. */
export async function refusalOf(
  connection: Connection,
  queue: WantedQueue,
  exchange: string,
): Promise<string | undefined> {
  try {
    await connection.onChannel(`the bindings of the queue \`${queue.name}\``, (channel) =>
      Promise.all(queue.bindings.map((key) => channel.bindQueue(queue.name, exchange, key))),
    );
    return undefined;
  } catch (error) {
    if (replyCodeOf(error) === undefined) throw error;
    return errorText(error);
  }
}

/** What is there of an exchange or a queue, once it was made if that is asked for. */
export async function partOf(connection: Connection, wanted: Wanted, makes: boolean): Promise<TopologyPart> {
  const isThere = await isFound(connection, wanted);
  // To declare what is there changes nothing, and compares its settings.
  const refusal = isThere || makes ? await declared(connection, wanted) : undefined;
  const { kind, name, settings } = wanted;
  const part = (state: TopologyState, ...problems: string[]): TopologyPart => ({
    kind,
    name,
    state,
    settings,
    problems,
  });
  if (refusal === undefined) return part(isThere ? 'present' : makes ? 'made' : 'missing');
  if (!isThere && refusal.code !== 406) return part('missing', refusal.text);
  return refusal.code === 403
    ? part('present', 'the user may not declare it, so its settings are not compared')
    : part('different', refusal.text);
}

async function isFound(connection: Connection, { kind, name, look }: Wanted): Promise<boolean> {
  try {
    await connection.onChannel(`a look at the ${kind} \`${name}\``, look);
    return true;
  } catch (error) {
    if (replyCodeOf(error) === 404) return false;
    throw error;
  }
}

interface Refused {
  readonly code: number;
  readonly text: string;
}

async function declared(connection: Connection, { kind, name, declare }: Wanted): Promise<Refused | undefined> {
  try {
    await connection.onChannel(`the declaration of the ${kind} \`${name}\``, declare);
    return undefined;
  } catch (error) {
    const code = replyCodeOf(error);
    const text = errorText(error);
    if (code === undefined) throw error;
    return code === 406 && operatorsChoice.test(text) ? undefined : { code, text };
  }
}

export interface Counts {
  readonly messageCount: number;
  readonly consumerCount: number;
}

/** `undefined` if there is no such queue. */
export async function countsOf(connection: Connection, name: string): Promise<Counts | undefined> {
  try {
    return await connection.onChannel(`a look at the queue \`${name}\``, (channel) => channel.checkQueue(name));
  } catch (error) {
    if (replyCodeOf(error) === 404) return undefined;
    throw error;
  }
}
