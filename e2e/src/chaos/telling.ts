import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Anywise } from 'anywise';
import type { Databases } from '../databases/databases.js';
import { compareEffects, type EffectFaults } from './effects.js';
import { Told, type Numbered } from './messages.js';

const keysAtOnce = 3;
const pauseMs = 200;

/** Where it is written down what the bus has promised to deliver: in no database, and so that the death of a process loses none. */
export function promisesIn(folder: string): string {
  return join(folder, 'promises');
}

/** Publishes numbers outside of handlers while `isOpen`, under keys of its own, and writes down each that was promised. */
export async function tellForEver(bus: Anywise, isOpen: () => boolean, promises: string): Promise<void> {
  const tell = async (key: string): Promise<never> => {
    for (let n = 1; ; n++) {
      await delay(Math.random() * pauseMs);
      if (!isOpen()) continue;
      // What failed may be under way all the same.
      const promised = await bus.publish(new Told({ key, n })).then(
        () => true,
        () => false,
      );
      if (promised) appendFileSync(promises, `${key} ${n}\n`);
    }
  };
  await Promise.all(Array.from({ length: keysAtOnce }, () => tell(`told-${randomUUID()}`)));
}

/** What was promised, and what is wrong with what became of it. */
export async function compareTold(databases: Databases): Promise<EffectFaults & { readonly promised: number }> {
  const effects = await databases.rows<Numbered>(
    'sink',
    "SELECT key, n FROM effect WHERE listener = 'told' ORDER BY id",
  );
  const promised = readPromises(promisesIn(databases.folder));
  return { promised: promised.length, ...compareEffects('told', effects, promised) };
}

function readPromises(path: string): readonly Numbered[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [key = '', n] = line.split(' ');
    return { key, n: Number(n) };
  });
}
