import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/** The package.json of every service. `services/all` is none: it runs the others in one process. */
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
