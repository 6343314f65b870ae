import { sliceOf } from '../message/message.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  /** The service's name. */
  readonly name: string;
  readonly wiring: Wiring;
  /** Whether the store keeps sagas. */
  readonly keepsSagas: boolean;
}

/** What is wrong with the sagas that a bus is given. */
export function sagaProblems({ name: service, wiring, keepsSagas }: Options): string[] {
  return wiring.sagas.flatMap(({ saga: { name, parts, options } }) => {
    const problems: string[] = [];
    const named = new Set(parts.flatMap((part) => (part.does === 'timeout' ? [part.timeout] : [])));
    if (!keepsSagas) {
      problems.push(
        `the saga \`${name}\` needs a store that keeps sagas; pass one as \`store\`, such as \`sqliteStore({ path })\``,
      );
    }
    if (sliceOf(name) !== service) {
      problems.push(`the saga \`${name}\` belongs to the service \`${service}\`; call it \`${service}.…\``);
    }
    if (!parts.some(({ does }) => does === 'start')) {
      problems.push(`the saga \`${name}\` has no event with which it begins; name one with \`starts\``);
    }
    for (const timeout of options.timeouts.filter((one) => !named.has(one))) {
      problems.push(`the saga \`${name}\` has the timeout \`${timeout}\`, but no step for it; add \`onTimeout\``);
    }
    return problems;
  });
}
