import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';

type Versions = Readonly<Record<string, string>>;

interface Lockfile {
  readonly importers: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, Locked>> }>>;
  readonly snapshots: Readonly<
    Record<string, { readonly dependencies?: Versions; readonly optionalDependencies?: Versions }>
  >;
}

interface Locked {
  readonly version: string;
}

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const { importers, snapshots } = parse(readFileSync(join(workspace, 'pnpm-lock.yaml'), 'utf8')) as Lockfile;

/** Everything that `pnpm deploy --prod` copies with a package of the workspace, by its key in the lockfile. */
function deployedWith(folder: string, found = new Set<string>()): ReadonlySet<string> {
  for (const [name, { version }] of Object.entries(importers[folder]?.dependencies ?? {})) {
    if (version.startsWith('link:')) deployedWith(posix.join(folder, version.slice('link:'.length)), found);
    else addInstalled(`${name}@${version}`, found);
  }
  return found;
}

function addInstalled(key: string, found: Set<string>): void {
  if (found.has(key)) return;
  found.add(key);
  const { dependencies = {}, optionalDependencies = {} } = snapshots[key] ?? {};
  for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) {
    addInstalled(`${name}@${version}`, found);
  }
}

// pnpm installs a peer of a package of the workspace, optional or not, unless it is among the package's own dependencies.
it.each(Object.keys(importers).filter((folder) => folder.startsWith('services/')))(
  '%s is deployed with what it needs to run, and with nothing that tests need',
  (folder) => {
    const deployed = [...deployedWith(folder)];
    expect(deployed.filter((key) => key.startsWith('pino@'))).toHaveLength(1);
    expect(deployed.filter((key) => /jest|supertest|babel|typescript|tsx/.test(key))).toEqual([]);
  },
);
