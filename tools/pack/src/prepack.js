// `npm pack`, `npm publish`, `pnpm pack` and `pnpm publish` run this in the folder of a package before they pack it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import process from 'node:process';
import { build } from './build.js';
import { publicManifest } from './manifest.js';
import { keep, restore } from './originals.js';
import { withFullLinks } from './readme.js';
import { findRepository } from './repository.js';
import { findWorkspace } from './workspace.js';

const folder = process.cwd();
// What a run that was killed has left.
restore(folder);
const workspace = findWorkspace(folder);
const repository = findRepository(workspace.root, process.env);

build(workspace, folder);
keep(folder, ['package.json', 'README.md']);
const manifestFile = join(folder, 'package.json');
const manifest = /** @type {import('./workspace.js').Manifest} */ (JSON.parse(readFileSync(manifestFile, 'utf8')));
const shown = publicManifest(manifest, { workspace, folder, repository });
writeFileSync(manifestFile, `${JSON.stringify(shown, null, 2)}\n`);

if (repository !== undefined) {
  const readme = join(folder, 'README.md');
  const directory = relative(workspace.root, folder).split(sep).join('/');
  const tag = `${manifest.name}@${manifest.version}`;
  writeFileSync(readme, withFullLinks(readFileSync(readme, 'utf8'), { repository, tag, directory }));
}
