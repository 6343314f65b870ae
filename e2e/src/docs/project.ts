import { blocksOf, type Page } from './pages.js';

/** The TypeScript files of the reader's project that a page shows, by the paths in their first lines, such as `src/app.ts`. */
export function projectOf(page: Page): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { language, mark, file, lines } of blocksOf(page)) {
    const [, path] = /^\/\/ ((?:[\w.-]+\/)+[\w.-]+\.ts)$/.exec(lines[0] ?? '') ?? [];
    if (language !== 'ts' || mark !== '' || file !== undefined || path === undefined) continue;
    files.set(path, `${lines.slice(1).join('\n')}\n`);
  }
  return files;
}
