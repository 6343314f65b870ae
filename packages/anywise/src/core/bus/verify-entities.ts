import type { Contract } from '../message/contract.js';
import { sliceOf } from '../message/message.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  /** The service's name. */
  readonly name: string;
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
  /** Whether the store has a log. */
  readonly keepsEvents: boolean;
}

/** What is wrong with the entities that a bus is given. */
export function entityProblems(options: Options): string[] {
  return [...new Set([...twins(options), ...unborn(options), ...foreignEvents(options), ...withoutLog(options)])];
}

/** A decider that was made before the last event was named has another entity than the others. */
function twins({ wiring }: Options): string[] {
  const first = new Map<string, Wiring['entities'][number]>();
  return wiring.entities.flatMap(({ entity, place }) => {
    const other = first.get(entity.name);
    first.set(entity.name, other ?? { entity, place });
    return other === undefined || other.entity === entity
      ? []
      : [
          `two entities are called \`${entity.name}\`: in ${other.place} and in ${place}; use the one that has all of its events`,
        ];
  });
}

function unborn({ wiring }: Options): string[] {
  return wiring.entities
    .filter(({ entity }) => !entity.steps.some(({ creates }) => creates))
    .map(({ entity }) => `the entity \`${entity.name}\` has no event with which it begins; name one with \`create\``);
}

/** Only the slice that owns an event may record it. */
function foreignEvents({ name, wiring, contracts }: Options): string[] {
  const foreign = contracts.filter(({ slice }) => slice !== name);
  return wiring.entities.flatMap(({ entity }) =>
    entity.steps
      .filter(({ event }) => foreign.some(({ messages }) => messages.has(event.type)))
      .map(
        ({ event }) =>
          `the entity \`${entity.name}\` has the event \`${event.type}\`, which \`${sliceOf(event.type)}\` owns; record an event of your own`,
      ),
  );
}

function withoutLog({ wiring, keepsEvents }: Options): string[] {
  if (keepsEvents) return [];
  return wiring.entities.map(
    ({ entity }) =>
      `the entity \`${entity.name}\` needs a store that keeps events; pass one as \`store\`, such as \`sqliteStore({ path })\``,
  );
}
