import type {
  FaultFilter,
  NewFault,
  ProjectionFault,
  ProjectionFaults,
  ProjectionKey,
  ProjectionRow,
} from '../core/ports/projections.js';
import { actionBy } from '../kit/actions.js';
import type { Mutex } from '../kit/mutex.js';
import type { MemoryActions } from './actions.js';

type Fault = Omit<ProjectionFault, 'error'> & Pick<NewFault, 'error'>;

interface MemoryFaultOptions {
  readonly now: () => number;
  readonly writer: Mutex;
  readonly actions: MemoryActions;
  /** Whether a generation is there, and not retired. */
  readonly isUsed: (key: ProjectionKey) => boolean;
}

/** What read models could not take in. */
export class MemoryProjectionFaults implements ProjectionFaults {
  readonly #now: () => number;
  readonly #writer: Mutex;
  readonly #actions: MemoryActions;
  readonly #isUsed: (key: ProjectionKey) => boolean;
  /** In the order of positions. */
  #faults: readonly Fault[] = [];

  constructor({ now, writer, actions, isUsed }: MemoryFaultOptions) {
    this.#now = now;
    this.#writer = writer;
    this.#actions = actions;
    this.#isUsed = isUsed;
  }

  async list(filter: FaultFilter, { limit }: { readonly limit: number }): Promise<readonly ProjectionFault[]> {
    const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return this.#faults
      .flatMap((fault) =>
        fault.error !== undefined && this.#isMeant(fault, filter) ? [{ ...fault, error: fault.error }] : [],
      )
      .sort((a, b) => bytes(a.name, b.name) || a.version - b.version || a.generation - b.generation)
      .slice(0, limit);
  }

  retry(filter: FaultFilter, who?: string): Promise<number> {
    return this.#alone(() => {
      const count = this.#become('due', (fault) => hasFailed(fault) && this.#isMeant(fault, filter));
      this.#actions.record(actionBy(who, 'projections retry', filter), count);
      return count;
    });
  }

  skip(filter: FaultFilter, who?: string): Promise<number> {
    return this.#alone(() => {
      const count = this.#become('skipped', (fault) => hasFailed(fault) && this.#isMeant(fault, filter));
      this.#goOn((fault) => this.#isMeant(fault, filter));
      this.#actions.record(actionBy(who, 'projections skip', filter), count);
      return count;
    });
  }

  countsOf(key: ProjectionKey): Pick<ProjectionRow, 'parked' | 'skipped' | 'isDue'> {
    const own = this.#of(key);
    const skipped = own.filter(({ state }) => state === 'skipped').length;
    return { parked: own.length - skipped, skipped, isDue: own.some(({ state }) => state === 'due') };
  }

  parkedStreams(key: ProjectionKey): ReadonlySet<string> {
    return new Set(this.#waiting(key).map(({ stream }) => stream));
  }

  due(key: ProjectionKey, limit: number): readonly Fault[] {
    const own = this.#waiting(key);
    const first = own.find(({ state }) => state === 'due');
    return own.filter(({ stream }) => stream === first?.stream).slice(0, limit);
  }

  areParked(key: ProjectionKey, positions: readonly number[]): boolean {
    const own = this.#waiting(key).map(({ position }) => position);
    return positions.every((position) => own.includes(position));
  }

  add({ name, version, generation }: ProjectionKey, faults: readonly NewFault[]): void {
    const added = faults.map((fault): Fault => ({ name, version, generation, ...fault, at: this.#now() }));
    this.#faults = [...this.#faults, ...added].sort((a, b) => a.position - b.position);
  }

  taken(key: ProjectionKey, stream: string, positions: readonly number[]): void {
    const taken = this.#waiting(key).filter(({ position }) => positions.includes(position));
    this.#faults = this.#faults.filter((fault) => !taken.includes(fault));
    const own = this.#of(key);
    this.#goOn((fault) => fault.stream === stream && own.includes(fault));
  }

  fail(key: ProjectionKey, position: number, error: string): void {
    const failed = this.#waiting(key).find((fault) => fault.position === position);
    const parked = { state: 'parked', error, at: this.#now() } as const;
    this.#faults = this.#faults.map((fault) => (fault === failed ? { ...fault, ...parked } : fault));
  }

  drop(key: ProjectionKey): void {
    const own = this.#of(key);
    this.#faults = this.#faults.filter((fault) => !own.includes(fault));
  }

  #of({ name, version, generation }: ProjectionKey): readonly Fault[] {
    return this.#faults.filter(
      (fault) => fault.name === name && fault.version === version && fault.generation === generation,
    );
  }

  /** Those of a generation that may still be taken in. */
  #waiting(key: ProjectionKey): readonly Fault[] {
    return this.#of(key).filter(({ state }) => state !== 'skipped');
  }

  #isMeant(fault: Fault, { name, version, stream }: FaultFilter): boolean {
    return (
      (name === undefined || fault.name === name) &&
      (version === undefined || fault.version === version) &&
      (stream === undefined || fault.stream === stream) &&
      this.#isUsed(fault)
    );
  }

  #become(state: Fault['state'], isMeant: (fault: Fault) => boolean): number {
    const meant = this.#faults.filter(isMeant);
    this.#faults = this.#faults.map((fault) => (meant.includes(fault) ? { ...fault, state } : fault));
    return meant.length;
  }

  async #alone(work: () => number): Promise<number> {
    const release = await this.#writer.acquire();
    try {
      return work();
    } finally {
      release();
    }
  }

  /** What waits for nothing any more is due. */
  #goOn(isMeant: (fault: Fault) => boolean): void {
    this.#become('due', (fault) => {
      const [first] = this.#waiting(fault).filter(({ stream }) => stream === fault.stream);
      return first === fault && fault.error === undefined && fault.state === 'parked' && isMeant(fault);
    });
  }
}

function hasFailed({ state, error }: Fault): boolean {
  return state !== 'skipped' && error !== undefined;
}
