// Puts one mistake at a time into a copy of the workspace, and passes if a test fails for each: `pnpm mutants`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { busMutants } from './bus.js';
import { copyWorkspace } from './copy.js';
import { source, type Change, type Mutant } from './mutant.js';
import { natsMutants } from './nats.js';
import { postgresMutants } from './postgres.js';
import { rabbitmqMutants } from './rabbitmq.js';
import { runTests } from './run-tests.js';
import { sqliteMutants } from './sqlite.js';

interface Row {
  readonly mutant: string;
  readonly store: string;
  readonly 'killed by': string;
  readonly seconds: number;
}

const { only = [''] } = parseArgs({ options: { only: { type: 'string', multiple: true } } }).values;
const mutants: readonly Mutant[] = [
  ...busMutants,
  ...sqliteMutants.map((mutant) => ({ ...mutant, store: 'sqlite' as const })),
  ...natsMutants.map((mutant) => ({ ...mutant, store: 'nats' as const })),
  ...rabbitmqMutants.map((mutant) => ({ ...mutant, store: 'rabbitmq' as const })),
  ...postgresMutants.map((mutant) => ({ ...mutant, store: 'postgres' as const })),
];
const wanted = mutants.filter(({ name, store = 'bus' }) => only.some((text) => `${name} ${store}`.includes(text)));

using copy = copyWorkspace();
await expectSound();
const rows: Row[] = [];
for (const mutant of wanted) {
  const beganAt = performance.now();
  const killer = await findKiller(mutant);
  const seconds = Math.round((performance.now() - beganAt) / 100) / 10;
  rows.push({ mutant: mutant.name, store: mutant.store ?? 'any', 'killed by': killer ?? 'NO TEST', seconds });
  const outcome = killer === undefined ? 'SURVIVED' : `killed by "${killer}" in ${seconds} s`;
  console.log(`${mutant.name}, ${mutant.store ?? 'any store'}: ${outcome}`);
}
console.table(rows);
const survivors = rows.filter((row) => row['killed by'] === 'NO TEST').length;
if (survivors > 0) throw new Error(`${survivors} of ${rows.length} mistakes were noticed by no test.`);

/** A test that fails without any mistake would seem to notice all of them. */
async function expectSound(): Promise<void> {
  const choices = new Map<string, readonly string[]>();
  for (const { file, title = '' } of wanted.flatMap(({ tests }) => tests)) {
    choices.set(file, [...(choices.get(file) ?? []), title]);
  }
  for (const [file, titles] of choices) {
    const { failed, passed } = await runTests(copy.folder, file, titles);
    if (failed !== undefined) throw new Error(`\`${file}\` fails without a mistake already: ${failed}`);
    console.log(`sound: ${file} (${passed} tests)`);
  }
}

async function findKiller({ name, changes, tests }: Mutant): Promise<string | undefined> {
  const originals = new Map(changes.map(({ file }) => [pathOf(file), readFileSync(pathOf(file), 'utf8')]));
  for (const change of changes) make(change, name);
  try {
    for (const { file, title = '' } of tests) {
      const { failed } = await runTests(copy.folder, file, [title]);
      if (failed !== undefined) return failed;
    }
    return undefined;
  } finally {
    for (const [path, text] of originals) writeFileSync(path, text);
  }
}

function make({ file, from, to }: Change, name: string): void {
  const path = pathOf(file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) {
    throw new Error(
      `The mutant \`${name}\` wants to change \`${from}\`, which is ${parts.length - 1} times in ${file}. Adapt it to the code.`,
    );
  }
  writeFileSync(path, parts.join(to));
}

function pathOf(file: string): string {
  return join(copy.folder, source, file);
}
