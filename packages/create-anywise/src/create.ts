import { basename, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install } from './install.js';
import { wrongWithName } from './name.js';
import { named } from './named.js';
import { Refusal } from './refusal.js';
import { readTemplate } from './template.js';
import { refuseOccupied, writeFiles } from './write.js';

const help = `npm create anywise <folder>

Makes a workspace in the folder: contracts, two slices that talk through them, lint rules, tests, a Dockerfile, and a
generator for more. Then it installs what that needs. It asks nothing.

  --no-install  only writes the files
  --help        shows this`;

/** Makes a workspace as the arguments say, and returns what to print. @throws Refusal */
export async function createWorkspace(args: readonly string[], cwd: string): Promise<string> {
  const { folder, isInstalled, isHelp } = readArguments(args);
  if (isHelp) return help;
  if (folder === undefined) throw new Refusal('Which folder? Name it: `npm create anywise my-shop`.', 2);

  const root = resolve(cwd, folder);
  const name = basename(root);
  const wrong = wrongWithName(name);
  if (wrong !== undefined) throw new Refusal(`\`${name}\` ${wrong}`);
  refuseOccupied(root);

  const files = named(await readTemplate(), name);
  writeFiles(root, files);
  const pnpm = `npx -y ${packageManagerIn(files)}`;
  if (isInstalled) install(root, pnpm);
  return nextSteps({ name, folder: relative(cwd, root), pnpm, count: files.size, isInstalled });
}

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'no-install': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    const [folder, ...others] = positionals;
    if (others.length > 0) throw new Refusal(`One folder at a time: what is \`${others.join(' ')}\`?`, 2);
    return { folder, isInstalled: values['no-install'] !== true, isHelp: values.help === true };
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    throw code.startsWith('ERR_PARSE_ARGS') ? new Refusal(`${message}\n\`--help\` shows how.`, 2) : error;
  }
}

function packageManagerIn(files: ReadonlyMap<string, string>): string {
  return (JSON.parse(files.get('package.json') ?? '{}') as { packageManager: string }).packageManager;
}

interface Made {
  readonly name: string;
  readonly folder: string;
  readonly pnpm: string;
  readonly count: number;
  readonly isInstalled: boolean;
}

function nextSteps({ name, folder, pnpm, count, isInstalled }: Made): string {
  return [
    `\`${name}\` is there: ${count} files in ${folder}${isInstalled ? ', and all they need' : ''}.`,
    '',
    `  cd ${folder}`,
    `  ${pnpm} dev                  runs orders and payments, and says where`,
    `  ${pnpm} test                 lints, checks types and runs all tests`,
    `  ${pnpm} new:slice shipping   adds a slice`,
    '',
    'README.md tells the rest.',
  ].join('\n');
}
