import { shownValue } from '../../core/errors/shown.js';
import { didYouMean } from '../../core/errors/nearest.js';
import type { FaultFilter, ProjectionRow, Projections } from '../../core/ports/projections.js';
import type { Store } from '../../core/ports/store.js';
import type { Options } from '../options.js';
import { Refusal } from '../refusal.js';

/** @throws Refusal if the options name none. */
export function nameIn({ name }: Options): string {
  if (name !== undefined) return name;
  throw new Refusal(2, 'Name the projection, such as `todos.todo-list`.');
}

/** Which of the events that could not be taken in are meant. */
export function filterIn({ name, version, stream }: Options): FaultFilter {
  return { name, version, stream };
}

/** @throws Refusal if the store keeps no read models. */
export function projectionsIn({ projections }: Store): Projections {
  if (projections !== undefined) return projections;
  throw new Refusal(1, 'This store keeps no read models.');
}

/** The generations of a projection. @throws Refusal if there is none with this name. */
export async function rowsOf(projections: Projections, name: string): Promise<readonly ProjectionRow[]> {
  const rows = await projections.list();
  const own = rows.filter((row) => row.name === name);
  if (own.length > 0) return own;
  const known = [...new Set(rows.map((row) => row.name))];
  throw new Refusal(1, `There is no projection \`${shownValue(name)}\`.${didYouMean(name, known)}`);
}
