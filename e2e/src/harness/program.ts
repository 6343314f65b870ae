import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleOf, workspace } from './bundle.js';
import { startProcess, type Process } from './process.js';

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** What changes in our own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** @defaultValue this repository */
  readonly cwd?: string;
  /** Whether it runs from its source, even where a bundle of it was made. @defaultValue false */
  readonly isFromSource?: boolean;
}

/** tsx applies a tsconfig only to the files that it includes. This one has no `include`, so that every package gets its decorators. */
export const sourceEnv = { TSX_TSCONFIG_PATH: join(workspace, 'tsconfig.base.json') };

const fromSource = ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source'];
const tether = fileURLToPath(new URL('../../../tools/dev/src/tether.ts', import.meta.url));

/** Starts a program of this repository, which ends with us: from the bundle that this run of the tests made, or from its source. */
export function startProgram(
  program: URL,
  { args = [], env = {}, cwd = workspace, isFromSource = false }: ProgramOptions = {},
): Process {
  const { ANYWISE_PROGRAMS: bundles = '' } = process.env;
  const isBundled = bundles !== '' && !isFromSource;
  const fileOf = (path: string): string => (isBundled ? join(bundles, bundleOf(path)) : path);
  return startProcess({
    command: process.execPath,
    args: [
      ...(isBundled ? [] : fromSource),
      ...['--import', pathToFileURL(fileOf(tether)).href],
      fileOf(fileURLToPath(program)),
      ...args,
    ],
    cwd,
    env: { ...process.env, ...sourceEnv, ...env },
    tethered: true,
  });
}
