import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** The packages and tools that others install, whose READMEs are pages. */
const installed = [
  'packages/anywise',
  'packages/create-anywise',
  'packages/dashboard',
  'packages/service',
  'tools/dev',
  'tools/eslint-plugin',
  'tools/slice',
];

const roots = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];

/** Where each Markdown file is on the site, such as `docs/how-to/nats.md` at `how-to/nats.md`. */
export function pagesOf(root: string): ReadonlyMap<string, string> {
  const docs = markdownIn(root, 'docs').map((file) => [file, withIndex(file.slice('docs/'.length))] as const);
  const readmes = installed.map((folder) => [`${folder}/README.md`, `${folder}.md`] as const);
  const others = roots.map((file) => [file, file.toLowerCase()] as const);
  return new Map([...docs, ...readmes, ...others].filter(([file]) => existsSync(join(root, file))));
}

/** The Markdown files that are no pages, as patterns. */
export const notPages = [
  '{.changeset,.github,bench,e2e,examples,services}/**',
  '{packages,tools}/*/*/**',
  'packages/contracts/**',
  'tools/{contracts,demo,pack,site,test-servers}/**',
];

function withIndex(file: string): string {
  return file.replace(/(^|\/)README\.md$/, '$1index.md');
}

function markdownIn(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}
