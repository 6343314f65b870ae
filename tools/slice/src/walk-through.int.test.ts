import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { copyWorkspace } from './testing/copy.js';
import { sessionOf, type Step } from './testing/page.js';
import { freePorts } from './testing/ports.js';
import { run, start, type Result } from './testing/shell.js';
import { spell } from './words.js';
import { ownWorkspace, pnpmCommand, slicesOf, takenNames } from './workspace.js';

const pnpm = pnpmCommand(ownWorkspace);

/** The slice of the page, or another one if the workspace has it already because a reader followed the page. */
const slice = ['shipping', 'freight', 'haulage'].find((name) => !takenNames(ownWorkspace).has(name)) ?? 'shipping';

/** The page, with the slice renamed to the one used here. */
function session(): readonly Step[] {
  const renamed = (text: string) =>
    text
      .replaceAll('shipping', slice)
      .replaceAll('Shipping', spell(slice).pascal)
      .replaceAll('SHIPPING', spell(slice).constant);
  return sessionOf('docs/add-a-slice.md').map(({ command, output }) => ({
    command: renamed(command),
    output: output === undefined ? undefined : renamed(output),
  }));
}

/** The page shows ids, times and ports of another run. */
function withoutChance(text: string): string {
  return text
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\bport 3\d{3}\b/g, 'port <port>');
}

function expectSuccess({ code, output }: Result): void {
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
}

/** A copy of the workspace in a Git repository, with everything installed and downloads blocked. */
async function begin() {
  const copy = copyWorkspace();
  const slices = [...slicesOf(copy.root), slice];
  const ports = await freePorts(slices.length + 1);
  const { ANYWISE_STORE: _store, ANYWISE_TRANSPORT: _transport, ...inherited } = process.env;
  const store = await run(`${pnpm} store path --silent`, ownWorkspace, inherited);
  expectSuccess(store);
  const env = {
    ...inherited,
    CI: 'true',
    npm_config_prefer_offline: 'true',
    pnpm_config_registry: 'http://127.0.0.1:9',
    pnpm_config_store_dir: store.stdout.trim(),
    ...Object.fromEntries(slices.map((name, index) => [`${spell(name).constant}_PORT`, `${ports[index]}`])),
    DASHBOARD_PORT: `${ports.at(-1)}`,
    [spell(slice).constant]: `http://127.0.0.1:${ports.at(-2)}`,
  };
  const inRoot = (command: string) => run(command, copy.root, env);
  expectSuccess(await inRoot(`${pnpm} install --frozen-lockfile --prefer-offline --trust-lockfile`));
  expectSuccess(
    await inRoot(
      'git init -q && git add -A && git -c user.name=test -c user.email=test@localhost commit -q -m "As it is"',
    ),
  );
  return {
    root: copy.root,
    run: inRoot,
    async follow({ command, output = '' }: Step) {
      const result = await inRoot(command);
      expectSuccess(result);
      expect(withoutChance(result.stdout)).toContain(withoutChance(output));
    },
    start: (command: string) => start(command, copy.root, env),
    [Symbol.dispose]: () => copy[Symbol.dispose](),
  };
}

it('runs as docs/add-a-slice.md says, and leaves the tree as it was', async () => {
  using workspace = await begin();
  const steps = session();
  const runs = steps.findIndex(({ command }) => command.endsWith(' dev'));
  const [dev, inSecondTerminal] = steps.slice(runs);
  if (dev === undefined || inSecondTerminal === undefined) throw new Error('The page does not run `dev`.');

  for (const step of steps.slice(0, runs)) await workspace.follow(step);
  // In a slice that is there already, so that this one can still be removed.
  for (const useCase of ['parcel --entity', 'parcel-list --projection', 'delivery --saga']) {
    expectSuccess(await workspace.run(`${pnpm} new:use-case orders ${useCase}`));
  }
  expectSuccess(await workspace.run(`${pnpm} typecheck --filter=@anywise/orders`));
  expectSuccess(await workspace.run(`${pnpm} exec eslint services/orders/src packages/contracts/src`));
  const made = await workspace.run(`${pnpm} --filter=@anywise/orders test parcel delivery`);
  expectSuccess(made);
  expect(made.output).toContain('Test Suites: 4 passed, 4 total');
  {
    await using services = workspace.start(dev.command);
    await eventually(() => expect(services.output).toContain('Everything is ready.'), 240_000);
    await workspace.follow(inSecondTerminal);
    await eventually(() => expect(services.output).toContain(`Heard ${slice}.${slice}-created of o-1`), 120_000);
    await services.interrupt();
  }
  for (const step of steps.slice(runs + 2)) await workspace.follow(step);
  expectSuccess(await workspace.run('git clean -fdq services/orders && git checkout -q packages/contracts'));

  expect(await workspace.run('git status --porcelain --untracked-files=all')).toMatchObject({ code: 0, output: '' });
  expect(existsSync(join(workspace.root, `services/${slice}`))).toBe(false);
}, 1_200_000);
