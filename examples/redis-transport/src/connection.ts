import { AnywiseError } from 'anywise';
import type { OptionCheck } from 'anywise/kit';
import { Redis, type RedisOptions } from 'ioredis';
import { missingRights } from './rights.js';

/** What is wanted of the server. */
export interface ConnectOptions {
  readonly url: string;
  readonly prefix: string;
  readonly durable: boolean;
}

/** What is told of a connection. */
export interface ConnectionEvents {
  /** It is gone. */
  readonly lost: () => void;
  /** Somebody has published, or has stopped reading. */
  readonly rung: () => void;
}

/** A connection for commands, and another that hears the bell. */
export interface Connection {
  /** The server and its port, for errors. */
  readonly place: string;
  readonly redis: Redis;
  close(): Promise<void>;
}

/**
 * The client never connects again by itself: it would send what is still waiting over the new connection, behind messages
 * that were published there already.
 */
const settings = {
  lazyConnect: true,
  retryStrategy: null,
  enableOfflineQueue: false,
  connectTimeout: 10_000,
  // A server that owes an answer for so long is as good as gone.
  socketTimeout: 10_000,
} satisfies RedisOptions;

export const urlCheck: OptionCheck = (value) =>
  typeof value === 'string' && /^rediss?:\/\/\S+$/.test(value) && URL.canParse(value)
    ? undefined
    : 'a URL that begins with `redis://` or `rediss://`';

/** The channel on which those who publish wake those who read. */
export function bellOf(prefix: string): string {
  return `${prefix}:bell`;
}

/** @throws AnywiseError (`UNAVAILABLE`) that says why the server cannot be used. */
export async function connect(options: ConnectOptions, { lost, rung }: ConnectionEvents): Promise<Connection> {
  const { host: place } = new URL(options.url);
  const clients = [new Redis(options.url, settings), new Redis(options.url, settings)] as const;
  const [redis, bell] = clients;
  let reason: unknown;
  for (const client of clients) {
    client.on('error', (error) => (reason = error));
    client.on('end', lost);
  }
  bell.on('message', rung);
  const close = async (): Promise<void> => {
    await Promise.all(clients.map(end));
  };
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await bell.subscribe(bellOf(options.prefix));
    const lacks = await missingRights(redis, options.prefix, bellOf(options.prefix));
    if (lacks !== undefined) throw new Unfit(lacks);
    if (options.durable) await expectDurable(redis);
    return { place, redis, close };
  } catch (error) {
    await close();
    // That a connection is closed is all that a command knows.
    throw unavailable(place, reason ?? error);
  }
}

async function end(client: Redis): Promise<void> {
  if (client.status === 'end' || client.status === 'wait') return;
  const ended = new Promise((resolve) => client.once('end', resolve));
  client.disconnect();
  await ended;
}

/** The server's settings, or its user's rights, are not as they have to be. */
class Unfit extends Error {}

async function expectDurable(redis: Redis): Promise<void> {
  const wanted = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };
  for (const [name, value] of Object.entries(wanted)) {
    const found = await settingOf(redis, name);
    if (found === undefined || found === value) continue;
    throw new Unfit(`it has \`${name} ${found}\`, and \`durable\` needs \`${name} ${value}\`.`);
  }
}

/** `undefined` where a server does not tell, as those of cloud providers may not. */
async function settingOf(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const [, value] = (await redis.config('GET', name)) as readonly string[];
    return value;
  } catch (error) {
    if (/NOPERM|unknown command/i.test(String(error))) return undefined;
    throw error;
  }
}

/** Why Redis cannot be used, and whether it makes sense to try again. */
export function unavailable(place: string, cause: unknown): AnywiseError {
  if (AnywiseError.is(cause)) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const isRefusal = /^(WRONGPASS|NOAUTH|NOPERM)/.test(text);
  const isFinal = isRefusal || cause instanceof Unfit;
  const why = isRefusal ? `it refuses the user (${text}). Check user, password and rights.` : adviceOn(cause, text);
  return new AnywiseError('UNAVAILABLE', `Redis at \`${place}\` cannot be used: ${why}`, {
    cause,
    retryable: !isFinal,
  });
}

function adviceOn(cause: unknown, text: string): string {
  if (cause instanceof Unfit) return text;
  if (text.startsWith('OOM')) return 'its memory is full. Raise `maxmemory`, or shorten `retentionMs`.';
  if (text.startsWith('READONLY')) return 'it is a replica. Connect to the primary.';
  return `${text}. Check that it runs and can be reached.`;
}
