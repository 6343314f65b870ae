import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Databases } from '../databases/databases.js';
import type { Exit, Process } from '../harness/process.js';
import { startProgram } from '../harness/program.js';
import type { Point } from './points.js';
import type { ServiceName } from './services.js';
import { promisesIn } from './telling.js';

/** Where a process sends itself a signal: the `nth` time that it reaches a point. */
export interface Fuse {
  readonly point: Point;
  readonly nth: number;
  /** @defaultValue `SIGKILL` */
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
}

/** One instance of a service: a process, and after its death the next. */
export interface Member {
  readonly service: ServiceName;
  readonly isUp: boolean;
  start(fuse?: Fuse): void;
  /** Resolves when its process has died or frozen at the point of its fuse. Rejects if it ended elsewhere. */
  burnt(): Promise<void>;
  /** Resolves when its process says something with this text in it. */
  says(text: string): Promise<void>;
  kill(): Promise<void>;
  /** Freezes its process, as if the machine slept, or resumes it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** All instances of all services. At the end they are killed. */
export interface Fleet extends AsyncDisposable {
  readonly members: readonly Member[];
  /** How often a process was killed: by us, and by itself at each point. */
  readonly deaths: Readonly<Record<string, number>>;
  /** How long a start takes, about, in milliseconds. */
  readonly startMs: number;
  /** The last words of processes that ended without being killed. */
  readonly accidents: readonly string[];
  /** Lets the source count, from now on and after each start. */
  open(): void;
  /** Starts again what has died, until it is told to stop. */
  keepUp(stop: AbortSignal): Promise<void>;
  /** Kills all instances of these services at once, and starts them again with nothing to count. @defaultValue all services */
  calm(services?: readonly ServiceName[]): Promise<void>;
}

const keepUpMs = 100;

/**
 * Starts a process for each of `instances`, which may name a service more than once.
 *
 * @param isWild whether they have listeners that do harm, and claims that are slow.
 */
export function createFleet(databases: Databases, instances: readonly ServiceName[], isWild = false): Fleet {
  const tap = join(databases.folder, 'tap');
  const deaths: Record<string, number> = {};
  const accidents: string[] = [];

  let startMs = 0;
  const launch = (service: ServiceName, fuse: Fuse | undefined): Process => {
    const beganAt = performance.now();
    const running = startProgram(new URL('service.ts', import.meta.url), {
      args: [service],
      env: {
        CHAOS_KIND: databases.kind,
        CHAOS_STORE: databases.storeUrl,
        CHAOS_TRANSPORT: databases.transportUrl,
        CHAOS_TAP: tap,
        CHAOS_PROMISES: promisesIn(databases.folder),
        ...(isWild && { CHAOS_WILD: 'yes' }),
        ...(fuse !== undefined && {
          CHAOS_POINT: fuse.point,
          CHAOS_NTH: String(fuse.nth),
          CHAOS_SIGNAL: fuse.signal ?? 'SIGKILL',
        }),
      },
    });
    const ageMs = (): number => performance.now() - beganAt;
    running
      .find((line) => line === 'up' || undefined)
      .then(
        () => (startMs += (ageMs() - startMs) / 4),
        // It died before it was up, so a start takes longer.
        () => (startMs = Math.max(startMs, ageMs())),
      );
    return running;
  };
  const noteEnd = (service: ServiceName, { output }: Process, { code, signal }: Exit): void => {
    const cause = signal === 'SIGKILL' ? (pointOfDeath(output) ?? 'any moment') : undefined;
    if (cause === undefined)
      accidents.push(`${service} ended (${signal ?? code ?? 'unknown'}) having said:\n${output}`);
    else deaths[cause] = (deaths[cause] ?? 0) + 1;
  };
  const members = instances.map((service) => createMember(service, launch, noteEnd));
  for (const member of members) member.start();

  return {
    members,
    deaths,
    accidents,
    get startMs() {
      return startMs;
    },
    open: () => writeFileSync(tap, ''),
    async keepUp(stop) {
      while (!stop.aborted) {
        for (const member of members) if (!member.isUp) member.start();
        await delay(keepUpMs, undefined, { signal: stop }).catch(() => undefined);
      }
    },
    async calm(services = instances) {
      rmSync(tap, { force: true });
      const concerned = members.filter(({ service }) => services.includes(service));
      await Promise.all(concerned.map((member) => member.kill()));
      for (const member of concerned) member.start();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member.kill()));
    },
  };
}

/** How many deaths there were in all. */
export function countDeaths({ deaths }: Pick<Fleet, 'deaths'>): number {
  return Object.values(deaths).reduce((sum, count) => sum + count, 0);
}

function createMember(
  service: ServiceName,
  launch: (service: ServiceName, fuse: Fuse | undefined) => Process,
  noteEnd: (service: ServiceName, running: Process, exit: Exit) => void,
): Member {
  let current: Process | undefined;
  let last: { readonly running: Process; readonly fuse: Fuse | undefined } | undefined;
  const latest = () => {
    if (last === undefined) throw new Error(`${service} was not started.`);
    return last;
  };
  return {
    service,
    get isUp() {
      return current !== undefined;
    },
    start(fuse) {
      const running = launch(service, fuse);
      current = running;
      last = { running, fuse };
      void running.ended.then((exit) => {
        noteEnd(service, running, exit);
        current = undefined;
      });
    },
    async burnt() {
      const { running, fuse } = latest();
      const { point, signal = 'SIGKILL' } = fuse ?? { point: 'no point' };
      await running.find((line) => line === `${signal} at ${point}` || undefined);
      if (signal === 'SIGKILL') await running.ended;
    },
    async says(text) {
      await latest().running.find((line) => line.includes(text) || undefined);
    },
    async kill() {
      await current?.kill('SIGKILL');
    },
    signal(signal) {
      void current?.kill(signal);
    },
  };
}

function pointOfDeath(output: string): string | undefined {
  return /^SIGKILL at (\S+)$/m.exec(output)?.[1];
}
