import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This repository. */
export const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** What Node needs to run TypeScript from its source, in a process that ends when its parent is gone. */
export const nodeArguments: readonly string[] = [
  ...['--import', import.meta.resolve('tsx')],
  ...['--import', new URL('../../../tools/dev/src/tether.ts', import.meta.url).href],
  '--conditions=@anywise/source',
];

/** tsx applies a tsconfig only to the files that it includes. This one has no `include`, so that every package gets its decorators. */
export const sourceEnv = { TSX_TSCONFIG_PATH: join(workspace, 'tsconfig.base.json') };
