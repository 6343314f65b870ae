import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { event, parseEnvelope, type } from 'anywise';
import { fileSink } from 'anywise/sinks';
import { inTempFolder } from 'anywise/testing';
import type { Process } from './harness/process.js';
import { startProgram } from './harness/program.js';

class Noted extends event('notes.noted', { data: type<{ readonly text: string }>(), entityId: () => 'note' }) {}

const kills = 5;

function startWriter(path: string): Process {
  return startProgram(new URL('sink-writer.ts', import.meta.url), { args: [path] });
}

function writtenBy({ output }: Process): string[] {
  return [...output.matchAll(/^written (\S+)$/gm)].map(([, id]) => String(id));
}

/** Resolves when the process has written more. */
function untilBusy(child: Process, count: number): Promise<true> {
  let left = count;
  return child.find((line) => (line.startsWith('written') && --left === 0 ? true : undefined));
}

function idOf(line: string): string | undefined {
  try {
    return parseEnvelope(line).id;
  } catch {
    return undefined;
  }
}

it('leaves only half lines unreadable when processes that append to one file are killed', () =>
  inTempFolder(async (folder) => {
    const path = join(folder, 'notes.jsonl');
    const processes: Process[] = [];
    const start = (): Process => {
      const child = startWriter(path);
      processes.push(child);
      return child;
    };
    const last = new Noted({ text: 'the last' });
    try {
      let [victim, other] = [start(), start()];
      for (let n = 0; n < kills; n++) {
        await untilBusy(victim, 2 + n);
        await victim.kill('SIGKILL');
        [victim, other] = [other, start()];
      }
    } finally {
      await Promise.all(processes.map((child) => child.kill('SIGKILL')));
    }
    await fileSink(path).sink(last);

    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    const ids = lines.filter((line) => line !== '').map(idOf);
    expect(ids.at(-1)).toBe(last.eventId);
    expect(ids.filter((id) => id === undefined).length).toBeLessThanOrEqual(processes.length);
    expect(ids).toEqual(expect.arrayContaining(processes.flatMap(writtenBy)));
  }));
