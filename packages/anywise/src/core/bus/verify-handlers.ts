import type { Contract } from '../message/contract.js';
import { covers } from '../message/family.js';
import { isMessageClass } from '../message/message.js';
import { targetName } from '../registry/labels.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  /** The service's name. */
  readonly name: string;
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
}

/** What is wrong with the handlers and guards. */
export function handlerProblems(options: Options): string[] {
  return [...repeats(options), ...rivals(options), ...idleHandlers(options), ...missingHandlers(options)];
}

/** An item in two registries counts twice: a guard or a listener would run twice. */
function repeats({ wiring }: Options): string[] {
  const parts = [
    ...wiring.guards.map(({ guard, place }) => ({ part: guard, place })),
    ...wiring.listeners.map(({ code, place }) => ({ part: code, place })),
  ];
  const first = new Map<unknown, string>();
  return parts.flatMap(({ part, place }) => {
    const other = first.get(part);
    first.set(part, other ?? place);
    return other === undefined ? [] : [`${other} is registered again in ${place}; register it once`];
  });
}

function rivals({ wiring }: Options): string[] {
  return wiring.commands.flatMap((message) =>
    wiring.rivalsFor(message).map((handlers) => {
      const places = handlers.map(({ place }) => `in ${place}`);
      const count = places.length === 2 ? 'two' : places.length;
      return `\`${message.type}\` has ${count} handlers: ${places.join(' and ')}; remove one, or let one take the other's place with \`registry.replace(…)\``;
    }),
  );
}

/** A handler for an empty group is a mistake, or a contract is missing. */
function idleHandlers({ wiring, contracts }: Options): string[] {
  if (contracts.length === 0) return [];
  const idle = wiring.handlers.filter(
    ({ targets }) =>
      !targets.some((target) => isMessageClass(target) || wiring.commands.some((message) => covers(target, message))),
  );
  return idle.map(
    ({ targets, place }) =>
      `${place} handles ${targets.map(targetName).join(' and ')}, but no contract given has a command below; add its contract to \`contracts\``,
  );
}

function missingHandlers({ name, wiring, contracts }: Options): string[] {
  const owned = contracts.filter(({ slice }) => slice === name).flatMap(({ messages }) => [...messages.values()]);
  return owned
    .filter((message) => message.kind !== 'event' && wiring.handlerOf(message) === undefined)
    .map(
      ({ type, name: className }) =>
        `\`${type}\` has no handler, and this slice owns it; register one with \`on(${className}).handle(…)\``,
    );
}
