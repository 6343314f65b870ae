import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This repository. */
export const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** The arguments with which Node runs TypeScript from source, in a process that ends with its parent. */
export const nodeArguments: readonly string[] = [
  ...['--import', import.meta.resolve('tsx')],
  ...['--import', new URL('../../../tools/dev/src/tether.ts', import.meta.url).href],
  '--conditions=@anywise/source',
];

/** tsx applies a tsconfig only to the files that it includes. This one has no `include`, so that every package gets its decorators. */
export const sourceEnv = { TSX_TSCONFIG_PATH: join(workspace, 'tsconfig.base.json') };
