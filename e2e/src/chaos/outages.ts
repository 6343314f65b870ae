import { setTimeout as delay } from 'node:timers/promises';
import type { Killable } from '../brokers/server.js';
import type { Bus } from '../databases/databases.js';
import type { Random } from '../harness/seeded-random.js';

/** What was done to the broker. */
export interface Outages {
  /** How often its process was killed. */
  readonly killed: number;
  /** How often it was stopped in order and started again. */
  readonly restarted: number;
  /** How often it was frozen for a while. */
  readonly frozen: number;
}

/** Past the patience of clients mostly, which are between one second and fifteen. */
const longestFreezeMs = 8_000;
const longestAbsenceMs = 4_000;
/** For how long it is left alone once it can be used again. */
const shortestRestMs = 1_000;
const longestRestMs = 6_000;

/** Trouble with the broker, where there is one, and what has been done to it. */
export function troubleFor({ server }: Pick<Bus, 'server'>, random: Random) {
  const outages = { killed: 0, restarted: 0, frozen: 0 };
  return {
    outages: outages as Outages,
    async make(stop: AbortSignal): Promise<void> {
      if (server !== undefined) await runOutages(server, outages, random, stop);
    },
  };
}

/** Kills a broker at least once, stops it and freezes it. It can be used again when this resolves. */
async function runOutages(
  server: Killable,
  done: { -readonly [What in keyof Outages]: Outages[What] },
  random: Random,
  stop: AbortSignal,
): Promise<void> {
  const absent = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    await server.end(signal);
    if (random() < 0.5) await delay(random() * longestAbsenceMs);
    await server.start();
  };
  const standStill = async (): Promise<void> => {
    server.signal('SIGSTOP');
    await delay(random() * longestFreezeMs);
    server.signal('SIGCONT');
  };
  for (;;) {
    const restMs = shortestRestMs + random() * (longestRestMs - shortestRestMs);
    await delay(restMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted && done.killed > 0) return;
    const chance = random();
    if (chance < 0.7 || done.killed === 0) {
      await absent('SIGKILL');
      done.killed++;
    } else if (chance < 0.8) {
      await absent('SIGTERM');
      done.restarted++;
    } else {
      await standStill();
      done.frozen++;
    }
  }
}
