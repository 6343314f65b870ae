import type { Redis } from 'ioredis';
import { rights } from './scripts.js';

/** What scripts run on keys, and what this process runs itself. */
const scripted = ['xadd', 'xrange', 'time', 'publish', 'get', 'set', 'pexpire', 'del', 'hset', 'hget'];
const own = ['eval', 'hello', 'client', 'info', 'ping', 'subscribe', 'hexists', 'hvals', 'hsetnx'];

/**
 * What to do if the user lacks rights; `undefined` if it has all of them. Otherwise one that may publish but not read, for
 * example, would start, and fail with its first message.
 */
export async function missingRights(redis: Redis, prefix: string, bell: string): Promise<string | undefined> {
  const keys = ['log', 'text', 'positions'].map((what) => `${prefix}:rights:${what}`);
  const refused = (await redis.eval(rights, keys.length + 1, ...keys, bell)) as readonly string[];
  if (refused.length === 0) return undefined;
  const names = refused.map((name) => `\`${name}\``).join(', ');
  const all = [...own, ...scripted].map((name) => `+${name}`).join(' ');
  return `it does not let the user run ${names} on the keys of \`${prefix}\`. Let an administrator run \`ACL SETUSER <user> ~${prefix}:* &${bell} ${all}\`.`;
}
