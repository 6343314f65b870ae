import { isDeepStrictEqual, inspect } from 'node:util';
import { cases } from './cases.js';
import { ran } from './domain.js';

/**
 * Runs every way once, and throws where handlers, guards or listeners did not run as often as the case says, or where the
 * reply is not that of the handler: a wrong answer may be fast.
 *
 * @param {import('./cases.js').Adapter} adapter
 */
export async function verify(adapter) {
  for (const { key, runs } of cases) {
    for (const { name, run, isBase = false, givesNoReply = false } of adapter[key] ?? []) {
      // The bare call has no guards to run, whatever it is compared with.
      if (isBase) continue;
      Object.assign(ran, { handlers: 0, guards: 0, listeners: 0 });
      const reply = await run(1);
      if (!isDeepStrictEqual(ran, runs)) throw new Error(`${name}, ${key}: ${inspect(ran)} ran, not ${inspect(runs)}.`);
      const expectsReply = runs.handlers > 0 && !givesNoReply;
      if (expectsReply && reply !== 2) throw new Error(`${name}, ${key}: the reply is ${inspect(reply)}, not 2.`);
    }
  }
}
