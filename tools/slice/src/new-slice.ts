import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { misunderstood, understand } from './cli.js';
import { describeAddition } from './file-edits.js';
import { writeEdits, writeNew } from './files.js';
import { lock, unlock } from './lockfile.js';
import { checkRemoval, filesToAdd, folderOf, planSlice, type SlicePlan } from './slice.js';
import { singularOf } from './words.js';
import { packageOf } from './scope.js';
import { pnpmCommand } from './workspace.js';

export interface NewSliceOptions {
  /** The workspace. */
  readonly root: string;
  /** Installs what the workspace needs, and reports how that went. */
  readonly install: (root: string) => string;
}

const help = `pnpm new:slice <name> [--dry-run] [--remove]

Makes a slice: services/<name>, and its contract in packages/contracts/src/<name>.ts. Adds it to services/all.
The name is kebab-case and says what the slice is about: shipping, invoices, gift-cards.

  --dry-run   says what would be done and writes nothing
  --remove    removes a slice that has not been edited
  --help      shows this`;

/** Makes or removes a slice as the arguments say, and returns what to print. @throws Refusal */
export async function newSlice(args: readonly string[], { root, install }: NewSliceOptions): Promise<string> {
  const { values, positionals } = understand(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean' },
        remove: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  );
  if (values.help === true) return help;
  const [name, ...others] = positionals;
  if (name === undefined) throw misunderstood('Which slice? Give it a name: `pnpm new:slice shipping`.');
  if (others.length > 0) throw misunderstood(`One name at a time: what is \`${others.join(' ')}\`?`);

  const plan = await planSlice(root, name, values.remove === true ? 'remove' : 'add');
  const dryRun = values['dry-run'] === true;
  return values.remove === true ? remove(root, plan, dryRun, install) : add(root, plan, dryRun, install);
}

function add(root: string, plan: SlicePlan, dryRun: boolean, install: NewSliceOptions['install']): string {
  const { name, port, files, edits } = plan;
  const missing = filesToAdd(root, plan);
  const additions = edits.flatMap(describeAddition);
  if (missing.length === 0 && edits.every(({ text }) => text === undefined)) {
    return [`\`${name}\` exists already: ${files.length} files, all as generated.`, ...additions].join('\n');
  }

  const singular = singularOf(name) === name ? '' : ` (one of them: \`${singularOf(name)}\`)`;
  const title = `\`${name}\`${singular}, on port ${port}:`;
  const list = [...files.map((file) => `  ${missing.includes(file) ? 'new ' : 'same'}  ${file.path}`), ...additions];
  if (dryRun) return [`This would make ${title}`, '', ...list, '', 'Nothing was written.'].join('\n');
  writeNew(root, missing);
  writeEdits(root, edits);
  lock(root, name);
  const steps = nextSteps(root, name, port);
  return [title, '', ...list, '', install(root), '', ...steps].join('\n');
}

function nextSteps(root: string, name: string, port: number): readonly string[] {
  const pnpm = pnpmCommand(root);
  const created = `${singularOf(name)}-created`;
  return [
    'Next:',
    '',
    `  lint, check and test it      ${pnpm} test --filter=${packageOf(root, name)}`,
    `  run it, on port ${String(port).padEnd(13)}${pnpm} dev`,
    `  let a slice hear its event   ${pnpm} new:use-case orders on-${created} --on ${name}.${created}`,
    `  lock its contract            ${pnpm} contracts:accept`,
    `  document it                  ${pnpm} docs:api, then docs:flow`,
    `  add a command                ${pnpm} new:use-case ${name} <name> --command`,
    `  undo, before any change      ${pnpm} new:slice ${name} --remove`,
    '',
    'A running `pnpm dev` does not see the new service: restart it.',
  ];
}

function remove(root: string, plan: SlicePlan, dryRun: boolean, install: NewSliceOptions['install']): string {
  checkRemoval(root, plan);
  const list = [
    ...plan.files.map(({ path }) => `  gone  ${path}`),
    ...plan.edits.flatMap(({ path, lines }) => [
      `  edit  ${path}, without`,
      ...lines.map((line) => `          ${line}`),
    ]),
  ];
  if (dryRun) return [`This would remove \`${plan.name}\`:`, '', ...list, '', 'Nothing was removed.'].join('\n');
  for (const path of ownPaths(plan)) rmSync(join(root, path), { recursive: true });
  writeEdits(root, plan.edits);
  unlock(root, plan.name);
  return [`\`${plan.name}\` is removed:`, '', ...list, '', install(root)].join('\n');
}

/** The whole folder, with everything installed and built in it, and the files in other folders. */
function ownPaths({ name, files }: SlicePlan): readonly string[] {
  const folder = folderOf(name);
  return [folder, ...files.map(({ path }) => path).filter((path) => !path.startsWith(`${folder}/`))];
}
