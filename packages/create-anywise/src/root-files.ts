/** What is read of pnpm-workspace.yaml. */
export interface Settings {
  readonly catalog: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
  readonly allowBuilds: Readonly<Record<string, boolean>>;
}

/** What is read of the package.json at the root. */
export interface RootManifest {
  readonly packageManager: string;
  readonly engines: object;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What a new workspace does not need for its own work. */
const notNeeded = new Set(['typedoc', 'vitepress', '@changesets/cli', '@changesets/changelog-git']);

/** The package.json of a new workspace, with the tools of this one in the same versions. */
export function rootManifest({ packageManager, engines, devDependencies }: RootManifest): string {
  const tools = Object.entries(devDependencies).filter(
    ([name]) => !notNeeded.has(name) && !name.startsWith('@anywise/'),
  );
  const ours = ['@anywise/dev', '@anywise/eslint-plugin', '@anywise/slice', 'anywise'];
  const wanted: readonly (readonly [string, string])[] = [...ours.map((name) => [name, 'catalog:'] as const), ...tools];
  const manifest = {
    name: '<workspace>',
    private: true,
    type: 'module',
    packageManager,
    engines,
    scripts: {
      dev: 'anywise-dev services',
      'dev:all': 'anywise-dev all',
      build: 'turbo run build --concurrency=2',
      test: 'turbo run lint typecheck test --continue --concurrency=2',
      lint: 'turbo run lint --concurrency=2',
      'lint:root':
        'prettier --check . --cache --log-level warn && eslint . --ignore-pattern packages --ignore-pattern services',
      typecheck: 'turbo run typecheck --concurrency=2',
      format: 'prettier --write . --cache --log-level warn',
      anywise: 'anywise',
      'dev:token': 'anywise-dev token',
      'new:slice': 'anywise-new slice',
      'new:use-case': 'anywise-new use-case',
    },
    devDependencies: Object.fromEntries([...wanted].sort(([one], [other]) => (one < other ? -1 : 1))),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The pnpm-workspace.yaml of a new workspace: a catalog of what its packages use, ours included. */
export function workspaceSettings(
  files: ReadonlyMap<string, string>,
  { catalog, overrides, allowBuilds }: Settings,
  versions: ReadonlyMap<string, string>,
): string {
  const used = new Set<string>();
  for (const [path, text] of files) {
    if (!path.endsWith('package.json')) continue;
    for (const [, name = ''] of text.matchAll(/"([^"]+)": "catalog:"/g)) used.add(name);
  }
  const ours = [...used]
    .filter((name) => versions.has(name))
    .map((name) => [name, `^${versions.get(name) ?? ''}`] as const);
  const others = Object.entries(catalog).filter(([name]) => used.has(name));
  const entries = (list: readonly (readonly [string, unknown])[]): readonly string[] =>
    [...list]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `  ${/^\w[\w-]*$/.test(name) ? name : `'${name}'`}: ${String(value)}`);
  return [
    'packages:',
    '  - packages/*',
    '  - services/*',
    '',
    '# The first `pnpm dev` or `pnpm test` in a fresh clone installs by itself.',
    'verifyDepsBeforeRun: install',
    '# turbo needs the packageManager pin; pnpm does not fetch itself because of it.',
    'pmOnFail: ignore',
    '# Nothing has to be built at install: the binaries come inside packages.',
    'allowBuilds:',
    ...entries(Object.entries(allowBuilds)),
    '',
    'overrides:',
    ...entries(Object.entries(overrides)),
    '',
    'catalog:',
    ...entries([...ours, ...others]),
    '',
  ].join('\n');
}
