import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { planSlice } from './slice.js';
import { createWorkspace } from './testing/workspace.js';
import { ownWorkspace } from './workspace.js';

/** What all slices have in common. Change the template with each of these in a service. */
const common = ['tsconfig.json', 'tsconfig.build.json', 'jest.config.js', 'src/main.ts', 'turbo.json'];

const plan = planShipping();

async function planShipping() {
  using workspace = createWorkspace();
  return await planSlice(workspace.root, 'shipping');
}

describe.each(['orders', 'payments'])('a new slice is made like %s:', (slice) => {
  const textOf = (file: string) => {
    const path = join(ownWorkspace, 'services', slice, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };

  const planned = async (file: string) => {
    const { files } = await plan;
    return files.find(({ path }) => path === `services/shipping/${file}`)?.text;
  };

  it.each(common)('%s', async (file) => {
    expect(await planned(file)).toBe(textOf(file));
  });

  it('package.json, which may have more dependencies', async () => {
    const made = (await planned('package.json')) ?? '';
    const { anywise: _port, ...common } = JSON.parse(made.replace('/shipping', `/${slice}`)) as { anywise: unknown };
    expect(JSON.parse(textOf('package.json') ?? '')).toMatchObject(common);
  });
});

it('plans the whole slice, on its own port', async () => {
  using workspace = createWorkspace();
  const plan = await planSlice(workspace.root, 'groups');
  expect(plan).toMatchObject({ name: 'groups', port: 3002, same: [], changed: [], taken: undefined });
  expect(plan.missing).toEqual(plan.files);
  const texts = new Map(plan.files.map(({ path, text }) => [path, text]));
  // `group` is reserved in SQL.
  expect(texts.get('services/groups/migrations/001-groups.sql')).toContain('CREATE TABLE group_row (\n  group_id');
  expect(texts.get('services/groups/README.md')).toContain('`GROUPS_PORT`');
});

it('needs the event that new slices listen to', async () => {
  using workspace = createWorkspace();
  const contract = 'packages/contracts/src/orders.ts';
  workspace.write(contract, workspace.read(contract).replace('orders.order-placed', 'orders.order-taken'));
  await expect(planSlice(workspace.root, 'shipping')).rejects.toThrowErrorMatchingInlineSnapshot(`
    "No contract has the event \`orders.order-placed\`. There are:
      orders.order-started
      orders.order-taken"
  `);
});
