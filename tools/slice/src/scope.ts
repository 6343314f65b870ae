import { join } from 'node:path';
import { readManifest } from './workspace.js';

/** Where Anywise itself is developed, its packages and those of the workspace share a scope. */
const home = '@anywise';

/** What the names of the workspace's own packages begin with, such as `@shop`: that of its contracts. */
export function scopeOf(root: string): string {
  const { name = '' } = readManifest(join(root, 'packages/contracts'));
  return /^(@[^/]+)\/contracts$/.exec(name)?.[1] ?? home;
}

/** The name of a slice's package. */
export function packageOf(root: string, slice: string): string {
  return `${scopeOf(root)}/${slice}`;
}

const fromNpm = 'service|dev|dashboard|eslint-plugin|slice';

/**
 * A text of the template, for a workspace that has Anywise from npm: its own packages have its scope, the catalog says which
 * version of ours it has, and their pages are those of npm.
 */
export function inScope(root: string, text: string): string {
  const scope = scopeOf(root);
  if (scope === home) return text;
  return text
    .replace(new RegExp(`@anywise/(?!(?:${fromNpm}|source)\\b)`, 'g'), `${scope}/`)
    .replace(new RegExp(`"(anywise|@anywise/(?:${fromNpm}))": "workspace:\\*"`, 'g'), '"$1": "catalog:"')
    .replace(/^ *"license": .*\n/m, '')
    .replace(/\]\(\.\.\/\.\.\/packages\/(\w+)\/README\.md/g, '](https://www.npmjs.com/package/@anywise/$1');
}
