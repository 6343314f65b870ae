import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { build } from 'esbuild';

/** This repository. */
export const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** Every program that the tests start often. */
const programs = [
  'services/all/src/main.ts',
  'services/orders/src/main.ts',
  'services/payments/src/main.ts',
  'e2e/src/batches/service.ts',
  'e2e/src/chaos/service.ts',
  'e2e/src/entities/service.ts',
  'e2e/src/operator.ts',
  'e2e/src/reader.ts',
  'e2e/src/sink-writer.ts',
  'tools/dev/src/tether.ts',
];

/** Where the bundle of a program is, below the folder that `bundlePrograms` returned. @param {string} program its source */
export const bundleOf = (program) => relative(workspace, program).replace(/\.ts$/, '.mjs');

/**
 * Makes one file of each program and of all that it imports, in a new folder, and returns that.
 *
 * The tests start hundreds of processes: from its source, `services/orders` takes 1.75 s of processor time until it runs, and
 * 0.21 s from its bundle (Node 20 on two cores).
 */
export async function bundlePrograms() {
  const outdir = await mkdtemp(join(tmpdir(), 'anywise-programs-'));
  await build({
    absWorkingDir: workspace,
    entryPoints: programs,
    outdir,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@anywise/source'],
    tsconfig: 'tsconfig.base.json',
    // Errors and traces say the names of classes.
    keepNames: true,
    // Bundled CommonJS requires the modules of Node.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['pg-native'],
    plugins: [keepPlaces, leaveNativeModules],
    logLevel: 'warning',
  });
  return outdir;
}

/** What a source file finds beside itself, such as migrations, it still finds there. @type {import('esbuild').Plugin} */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const place = JSON.stringify(pathToFileURL(path).href);
      return { contents: source.replaceAll('import.meta.url', place), loader: 'ts', resolveDir: dirname(path) };
    });
  },
};

/** A module with a binary finds that beside itself. @type {import('esbuild').Plugin} */
const leaveNativeModules = {
  name: 'leave-native-modules',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@photostructure\/sqlite$/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === leaveNativeModules) return undefined;
      const found = await resolve(path, { kind, resolveDir, pluginData: leaveNativeModules });
      return found.errors.length > 0 ? found : { path: pathToFileURL(found.path).href, external: true };
    });
  },
};
