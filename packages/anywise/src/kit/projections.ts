import type { FaultFilter, ProjectionKey, ProjectionRow, ProjectionVersion } from '../core/ports/projections.js';
import { storable } from '../core/message/storable-text.js';

/** A row of `anywise_projection`, as SQL stores read it. */
export interface StoredProjection extends Omit<
  ProjectionRow,
  'position' | 'isMade' | 'failedAt' | 'lastError' | 'isDue' | 'seenAt'
> {
  readonly position: number | string;
  /** The names of its tables as JSON; `null` before they are made. */
  readonly tables: string | null;
  readonly failedAt: number | string | null;
  readonly lastError: string | null;
  readonly isDue: boolean | number;
  readonly seenAt: number | string;
}

export function projectionRowOf(stored: StoredProjection): ProjectionRow {
  const { name, version, generation, state, position, tables, failedAt, lastError } = stored;
  const { parked, skipped, isDue, seenAt } = stored;
  return {
    name,
    version,
    generation,
    state,
    position: Number(position),
    isMade: tables !== null,
    failedAt: failedAt === null ? undefined : Number(failedAt),
    lastError: lastError ?? undefined,
    parked,
    skipped,
    isDue: Boolean(isDue),
    seenAt: Number(seenAt),
  };
}

/** The names of the tables of a generation, as a row keeps them. */
export function tablesIn(tables: string | null): readonly string[] {
  return tables === null ? [] : (JSON.parse(tables) as string[]);
}

/** A version as one text, which names it among the others and among leases. */
export function versionName({ name, version }: ProjectionVersion): string {
  return `${name}@${version}`;
}

/** The key of a generation, as statements take it. */
export function keyValues({ name, version, generation }: ProjectionKey): [string, number, number] {
  return [name, version, generation];
}

/** What selects events that could not be taken in, as statements take it: `null` for all. */
export function faultValues({
  name,
  version,
  stream,
}: FaultFilter): readonly [name: string | null, version: number | null, stream: string | null] {
  const textOf = (text: string | undefined): string | null => (text === undefined ? null : storable(text));
  return [textOf(name), version ?? null, textOf(stream)];
}
