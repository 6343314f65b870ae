import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The workspace that a folder belongs to; `undefined` outside of one. */
export function findWorkspace(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : findWorkspace(parent);
}

/** The package.json of every service. `services/all` is not a service: it runs the others in one process. */
export function findManifests(root: string): string[] {
  return children(join(root, 'services'))
    .filter((service) => basename(service) !== 'all')
    .map((service) => join(service, 'package.json'))
    .filter((manifest) => existsSync(manifest));
}

/** What a service is made of: its own source and manifest, and the source of the workspace's packages. */
export function sourcesOf(service: string): string[] {
  const packages = children(resolve(service, '../../packages'));
  return [join(service, 'package.json'), ...[service, ...packages].map((folder) => join(folder, 'src'))].filter(
    (path) => existsSync(path),
  );
}

function children(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
