import { AnywiseError } from '../errors/errors.js';
import type { Codec } from '../message/codec.js';
import { sleep } from '../time/timers.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Logger } from '../ports/logger.js';
import type { Store } from '../ports/store.js';
import type { Projection } from './projection.js';
import { ProjectionRunner } from './runner.js';

export interface ProjectingOptions {
  readonly projections: readonly Projection[];
  readonly store: Store;
  readonly codec: Codec;
  readonly holder: string;
  readonly logger: Logger;
  readonly instruments: Instruments | undefined;
}

/** How often somebody who waits for a read model looks whether it is there. */
const pollMs = 10;
/** For how long a runner may get nowhere before the service counts as not working. */
const stalledMs = 10_000;

/** The read models of a service: they are filled from when it starts until it stops. */
export class Projecting {
  readonly #store: Store;
  readonly #runners: ReadonlyMap<string, ProjectionRunner>;
  #unwatch: (() => void) | undefined;

  constructor({ projections, ...options }: ProjectingOptions) {
    const { store } = options;
    const { log, projections: kept } = store;
    this.#store = store;
    this.#runners = new Map(
      log === undefined || kept === undefined
        ? []
        : projections.map((projection) => [
            `${projection.name}@${projection.version}`,
            new ProjectionRunner({ ...options, projection, log, projections: kept }),
          ]),
    );
  }

  /** Makes their tables, and has them filled. */
  async start(): Promise<void> {
    if (this.#runners.size === 0) return;
    this.#unwatch = this.#store.watch((part) => {
      if (part === undefined || part === 'log') this.#wake();
    });
    for (const runner of this.#runners.values()) await runner.start();
  }

  /** Resolves once none is written any more. */
  async stop(): Promise<void> {
    this.#unwatch?.();
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop()));
  }

  /** Why queries may not find what they should, one text each. */
  async problems(): Promise<readonly string[]> {
    if (this.#runners.size === 0) return [];
    const building = [...this.#runners].flatMap(([name, runner]) => [
      ...(runner.isReadable ? [] : [`the projection ${name} is still being built`]),
      ...(runner.stalledMs < stalledMs
        ? []
        : [`the projection ${name} has not moved for ${Math.round(runner.stalledMs / 1_000)} s`]),
    ]);
    const rows = (await this.#store.projections?.list()) ?? [];
    const failed = rows.filter(
      ({ name, version, state, failedAt }) =>
        this.#runners.has(`${name}@${version}`) && state !== 'retired' && failedAt !== undefined,
    );
    return [...building, ...failed.map(({ name, version }) => `the projection ${name}@${version} is stuck`)];
  }

  /**
   * Resolves once a projection has taken in everything that was recorded before the call.
   *
   * @throws AnywiseError (`INVALID_SETUP`) if this bus does not have it; (`TIMEOUT`) after `timeoutMs`.
   */
  async caughtUp({ name, version }: Projection, timeoutMs: number): Promise<void> {
    const { log, projections } = this.#store;
    if (log === undefined || projections === undefined || !this.#runners.has(`${name}@${version}`)) {
      throw new AnywiseError('INVALID_SETUP', `The projection \`${name}\` is not registered. Pass it to \`register\`.`);
    }
    const target = await log.last();
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const own = (await projections.list()).filter((row) => row.name === name && row.version === version);
      if (own.some(({ state, position }) => state === 'inline' || (state === 'live' && position >= target))) return;
      if (performance.now() > deadline) throw notInTime(name, timeoutMs);
      await sleep(pollMs);
    }
  }

  #wake(): void {
    for (const runner of this.#runners.values()) runner.wake();
  }
}

function notInTime(name: string, timeoutMs: number): AnywiseError {
  return new AnywiseError(
    'TIMEOUT',
    `The projection \`${name}\` has not caught up within ${timeoutMs} ms. \`status()\` says where it is, and \`check()\` whether it is stuck.`,
    { retryable: true },
  );
}
