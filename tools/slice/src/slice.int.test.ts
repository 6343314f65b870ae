import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { planSlice } from './slice.js';
import { copyWorkspace } from './testing/copy.js';
import { filesIn, ownWorkspace, portOf, slicesOf } from './workspace.js';

/** What all slices have alike. Whoever changes one of these in a service changes the template too. */
const common = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'jest.config.js', 'src/main.ts', 'turbo.json'];

function textOf(slice: string, file: string): string | undefined {
  const path = `services/${slice}/${file}`;
  if (!filesIn(ownWorkspace, `services/${slice}`).includes(path)) return undefined;
  return readFileSync(join(ownWorkspace, path), 'utf8');
}

it.each(slicesOf(ownWorkspace))('makes what %s is made of', async (slice) => {
  using empty = copyWorkspace(['.prettierrc.json', 'packages/contracts/src']);
  const { files } = await planSlice(empty.root, 'shipping');
  for (const file of common) {
    const made = files.find(({ path }) => path === `services/shipping/${file}`)?.text;
    const own = made
      ?.replace('@anywise/shipping', `@anywise/${slice}`)
      .replace('"port": 3001', `"port": ${portOf(ownWorkspace, slice)}`);
    expect({ file, text: textOf(slice, file) }).toEqual({ file, text: own });
  }
});

it('plans without a trace of the slices that are there', async () => {
  using workspace = copyWorkspace(['.prettierrc.json', 'packages/contracts/src', 'services']);
  const plan = await planSlice(workspace.root, 'groups');
  expect(plan).toMatchObject({ name: 'groups', port: 3003, same: [], changed: [], taken: undefined });
  expect(plan.missing).toEqual(plan.files);
  const texts = new Map(plan.files.map(({ path, text }) => [path, text]));
  // `group` is reserved in SQL.
  expect(texts.get('services/groups/migrations/001-groups.sql')).toContain('CREATE TABLE group_row (\n  group_id');
  expect(texts.get('services/groups/README.md')).toContain('`GROUPS_PORT`');
});

it('needs the event that new slices listen to', async () => {
  using workspace = copyWorkspace(['.prettierrc.json', 'packages/contracts/src/payments.ts']);
  await expect(planSlice(workspace.root, 'shipping')).rejects.toThrowErrorMatchingInlineSnapshot(`
    "No contract has the event \`orders.order-placed\`. There are:
      payments.payment-created"
  `);
});
