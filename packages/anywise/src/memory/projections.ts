import { AnywiseError } from '../core/errors/errors.js';
import type {
  ProjectionKey,
  ProjectionRow,
  Projections,
  ProjectionTable,
  ProjectionVersion,
} from '../core/ports/projections.js';
import { actionBy } from '../kit/actions.js';
import type { Mutex } from '../kit/mutex.js';
import type { MemoryActions } from './actions.js';
import type { MemoryEventLog } from './event-log.js';
import { MemoryProjectionFaults } from './projection-faults.js';

interface MemoryProjectionOptions {
  readonly now: () => number;
  readonly log: MemoryEventLog;
  readonly writer: Mutex;
  readonly actions: MemoryActions;
}

type Row = Omit<ProjectionRow, 'parked' | 'skipped' | 'isDue'>;

/** The positions of read models. There are no tables here. */
export class MemoryProjections implements Projections {
  readonly faults: MemoryProjectionFaults;
  readonly #now: () => number;
  readonly #log: MemoryEventLog;
  readonly #actions: MemoryActions;
  #rows: readonly Row[] = [];
  readonly #leases = new Map<string, { readonly holder: string; readonly endsAt: number }>();

  constructor({ now, log, writer, actions }: MemoryProjectionOptions) {
    const isUsed = (key: ProjectionKey): boolean =>
      this.#rows.some((row) => isSame(row, key) && row.state !== 'retired');
    this.faults = new MemoryProjectionFaults({ now, writer, actions, isUsed });
    this.#actions = actions;
    this.#now = now;
    this.#log = log;
  }

  async list(): Promise<readonly ProjectionRow[]> {
    const order = (a: Row, b: Row): number =>
      Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || a.version - b.version || a.generation - b.generation;
    return [...this.#rows].sort(order).map((row) => ({ ...row, ...this.faults.countsOf(row) }));
  }

  async prepare(key: ProjectionKey, tables: readonly ProjectionTable[]): Promise<void> {
    if (tables.length > 0) {
      throw new AnywiseError('INVALID_SETUP', 'The memory store has no tables. Use `sqliteStore` or `postgresStore`.');
    }
    if (!this.#rows.some((row) => isSame(row, key))) this.#add(key);
    this.#change((row) => isSame(row, key), { isMade: true });
  }

  async rebuild(projection: ProjectionVersion, who?: string): Promise<number | undefined> {
    const own = this.#rows.filter((row) => isOf(row, projection));
    const last = Math.max(0, ...own.map(({ generation }) => generation));
    if (last === 0) return undefined;
    if (own.some(({ generation, state }) => generation === last && state === 'building')) return last;
    const { name, version } = projection;
    this.#add({ name, version, generation: last + 1 });
    this.#actions.record(actionBy(who, 'projections rebuild', { name, version }), 1);
    return last + 1;
  }

  async lease(projection: ProjectionVersion, holder: string, leaseMs: number): Promise<boolean> {
    const now = this.#now();
    this.#change((row) => isOf(row, projection) && row.state !== 'retired', { seenAt: now });
    const held = this.#leases.get(nameOf(projection));
    if (held !== undefined && held.holder !== holder && held.endsAt > now) return false;
    this.#leases.set(nameOf(projection), { holder, endsAt: now + leaseMs });
    return true;
  }

  async fail(key: ProjectionKey, error: string): Promise<void> {
    const failedAt = this.#rows.find((row) => isSame(row, key))?.failedAt ?? this.#now();
    this.#change((row) => isSame(row, key), { failedAt, lastError: error });
  }

  async drop(key: ProjectionKey, who?: string): Promise<void> {
    const { name, version, generation } = key;
    const dropped = this.#drop((row) => isSame(row, key));
    this.#actions.record(actionBy(who, 'projections drop', { name, version, generation }), dropped);
  }

  clean(before: number): void {
    this.#drop(({ seenAt }) => seenAt < before);
  }

  generation(projection: ProjectionVersion): number | undefined {
    const own = this.#rows.filter((row) => isOf(row, projection) && row.state !== 'retired');
    const rank = ({ state, generation }: Row): number => (state === 'building' ? generation : Number.MAX_SAFE_INTEGER);
    return own.sort((a, b) => rank(b) - rank(a))[0]?.generation;
  }

  writable(projections: readonly ProjectionVersion[]): readonly ProjectionKey[] {
    return this.#rows
      .filter((row) => row.state === 'inline' && projections.some((one) => isOf(row, one)))
      .map(({ name, version, generation }) => ({ name, version, generation }));
  }

  /** Leaves to the feed, from here on, what appenders were to write and this one does not. */
  giveUp(written: readonly ProjectionVersion[]): void {
    const position = this.#log.size;
    const isLeft = (row: Row): boolean =>
      row.state === 'inline' && !written.some((projection) => isOf(row, projection));
    this.#change(isLeft, { state: 'live', position });
  }

  isAt(key: ProjectionKey, position: number): boolean {
    const row = this.#rows.find((each) => isSame(each, key));
    return row?.position === position && (row.state === 'building' || row.state === 'live');
  }

  positionOf(key: ProjectionKey): number | undefined {
    return this.#rows.find((row) => isSame(row, key))?.position;
  }

  advance(key: ProjectionKey, position: number): void {
    this.#change((row) => isSame(row, key), { position, failedAt: undefined, lastError: undefined });
  }

  live(key: ProjectionKey, isInline: boolean): void {
    const seenAt = this.#now();
    const isOlder = (row: Row): boolean => isOf(row, key) && row.generation < key.generation;
    this.#change((row) => isOlder(row) && row.state !== 'retired', { state: 'retired', seenAt });
    this.#change((row) => isSame(row, key), { state: isInline ? 'inline' : 'live' });
  }

  #drop(isMeant: (row: Row) => boolean): number {
    const meant = this.#rows.filter(isMeant);
    for (const row of meant) this.faults.drop(row);
    this.#rows = this.#rows.filter((row) => !meant.includes(row));
    return meant.length;
  }

  #add(key: ProjectionKey): void {
    const { name, version, generation } = key;
    const fresh = { state: 'building', position: 0, isMade: false, failedAt: undefined, lastError: undefined } as const;
    this.#rows = [...this.#rows, { name, version, generation, ...fresh, seenAt: this.#now() }];
  }

  #change(isMeant: (row: Row) => boolean, change: Partial<Row>): void {
    this.#rows = this.#rows.map((row) => (isMeant(row) ? { ...row, ...change } : row));
  }
}

function nameOf({ name, version }: ProjectionVersion): string {
  return `${name}@${version}`;
}

function isOf(row: ProjectionVersion, { name, version }: ProjectionVersion): boolean {
  return row.name === name && row.version === version;
}

function isSame(row: ProjectionKey, key: ProjectionKey): boolean {
  return isOf(row, key) && row.generation === key.generation;
}
