import { BlockList, isIP } from 'node:net';
import { shownValue } from 'anywise/connect';
import { present, type Environment } from './variable.js';

const developmentModes: ReadonlySet<string> = new Set(['development', 'test']);

/** Whether `NODE_ENV` is `development`, `test` or not set. */
export function isDevelopment(env: Environment): boolean {
  const mode = present(env.NODE_ENV);
  return mode === undefined || developmentModes.has(mode);
}

/** How a problem names the mode that requires a variable: `production`, or `NODE_ENV=staging`. */
export function modeOf(env: Environment): string {
  return env.NODE_ENV === 'production' ? 'production' : `\`NODE_ENV=${shownValue(String(env.NODE_ENV))}\``;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only this machine can reach the host. A name other than `localhost` may be anywhere. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && loopback.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
