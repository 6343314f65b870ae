import { SqlTransaction } from '../ports/sql.js';
import type { ServiceId } from '../ports/container.js';
import { tableNames } from '../projections/tables.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  readonly wiring: Wiring;
  /** Whether the store keeps read models. */
  readonly projects: boolean;
  /** The services that the bus itself provides. */
  readonly provided: ReadonlySet<ServiceId>;
}

/** What is wrong with the projections that a bus is given. */
export function projectionProblems(options: Options): string[] {
  return [...twins(options), ...idle(options), ...strangeEvents(options), ...withoutStore(options)];
}

/** Two would share a position, or a table. */
function twins({ wiring }: Options): string[] {
  const first = new Map<string, string>();
  return wiring.projections.flatMap(({ projection, place }) => {
    const tables = Object.values(tableNames(projection, { version: projection.version, generation: 1 }));
    const names = [
      `projections are called \`${projection.name}\``,
      ...tables.map((table) => `projections make the table \`${table}\``),
    ];
    return names.flatMap((name) => {
      const other = first.get(name);
      first.set(name, other ?? place);
      return other === undefined ? [] : [`two ${name}: in ${other} and in ${place}; give one of them another name`];
    });
  });
}

function idle({ wiring }: Options): string[] {
  return wiring.projections
    .filter(({ projection }) => projection.steps.length === 0)
    .map(({ projection }) => `the projection \`${projection.name}\` has no event; name one with \`on\``);
}

/** Only what entities record is in the log. */
function strangeEvents({ wiring }: Options): string[] {
  const recorded = new Set(wiring.entityEvents.map(({ type }) => type));
  return wiring.projections.flatMap(({ projection }) =>
    projection.steps
      .filter(({ event }) => !recorded.has(event.type))
      .map(
        ({ event }) =>
          `the projection \`${projection.name}\` takes in \`${event.type}\`, which no entity of this service records; register the entity, or listen to it`,
      ),
  );
}

function withoutStore({ wiring, projects, provided }: Options): string[] {
  return wiring.projections
    .filter(({ projection }) => {
      const hasTables = Object.keys(projection.statements).length > 0;
      return !projects || (hasTables && !provided.has(SqlTransaction));
    })
    .map(
      ({ projection }) =>
        `the projection \`${projection.name}\` needs a store with tables; pass one as \`store\`, such as \`sqliteStore({ path })\``,
    );
}
