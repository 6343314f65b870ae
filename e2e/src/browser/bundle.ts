import { build } from 'esbuild';

/**
 * Bundles code of this workspace for browsers, which have no modules of Node.
 *
 * @param code TypeScript that imports by the names of packages.
 * @throws if something in it needs Node
 */
export async function bundleForBrowsers(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    // The condition of this workspace, beside those that stand for a browser.
    conditions: ['@anywise/source', 'module'],
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('\n');
}
