import { isMessageClass } from '../message/message.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  readonly wiring: Wiring;
  /** Whether listeners go through an inbox, which needs their names. */
  readonly durable: boolean;
}

/** What is wrong with the names under which the inbox keeps its listeners. */
export function listenerProblems({ wiring, durable }: Options): string[] {
  const commands = new Set(durable ? wiring.commands.map(({ type }) => type) : []);
  const first = new Map<string, string>();
  return wiring.listeners.flatMap(({ name, targets, options, place }) => {
    const problems: string[] = [];
    const other = first.get(name);
    first.set(name, other ?? place);
    if (other !== undefined) {
      problems.push(
        `two listeners are called \`${name}\`: in ${other} and in ${place}; tell them apart with \`.named(…)\``,
      );
    }
    if (commands.has(name)) {
      problems.push(
        `the listener in ${place} is called \`${name}\`, which is the name of a command; give it another one with \`.named(…)\``,
      );
    }
    if (durable && options.name === undefined && !options.inline && !targets.every(isMessageClass)) {
      problems.push(
        `the listener in ${place} listens to a group and has no stable name; give it one with \`.named(…)\``,
      );
    }
    return problems;
  });
}
