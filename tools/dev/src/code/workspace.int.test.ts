import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { readCatalog } from '../catalog.js';

jest.setTimeout(120_000);

const contracts = `import { command, contract, event, type } from 'anywise';
export class Place extends command('orders.place', { data: type<{ id: string }>() }) {}
export class Placed extends event('orders.placed', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}
export const orders = contract('orders', { Place, Placed });
`;
const app = `import { orders, Place, Placed } from '@acme/contracts/orders';
import { Anywise, MessageRegistry, on } from 'anywise';
const place = on(Place)
  .inject({ anywise: Anywise })
  .handle(async ({ id }, _context, { anywise }) => anywise.publish(new Placed({ id })));
export const app = { contracts: [orders], registry: new MessageRegistry('orders').register(place), routes: [] };
`;

/** A workspace with these files, and no other. */
function createWorkspace(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'anywise-code-'));
  const all = {
    'package.json': '{ "type": "module" }',
    'packages/contracts/package.json':
      '{ "name": "@acme/contracts", "type": "module", "exports": { "./*": "./src/*.ts" } }',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, 'node_modules/@acme'), { recursive: true });
  symlinkSync(join(root, 'packages/contracts'), join(root, 'node_modules/@acme/contracts'));
  const anywise = dirname(createRequire(import.meta.url).resolve('anywise/package.json'));
  symlinkSync(anywise, join(root, 'node_modules/anywise'));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

const manifest = '{ "type": "module" }';

it('tells who makes a message, and leaves out services and contracts that are half written', async () => {
  using workspace = createWorkspace({
    'packages/contracts/src/orders.ts': contracts,
    'packages/contracts/src/payments.ts': 'export class Pay extends',
    'services/orders/package.json': manifest,
    'services/orders/src/app.ts': app,
    'services/payments/package.json': manifest,
    'services/payments/src/app.ts': `import { Pay } from '@acme/contracts/payments';\nexport const app = { contracts: [Pay] };\n`,
    'services/wrong/package.json': manifest,
    'services/wrong/src/app.ts': 'export const app = {};\n',
    'services/empty/package.json': manifest,
  });
  const messages = await readCatalog(workspace.root);
  expect(messages?.map(({ type, makers }) => [type, makers])).toEqual([
    ['orders.place', []],
    ['orders.placed', [{ service: 'orders', deed: 'publishes', place: 'services/orders/src/app.ts:5' }]],
  ]);
});

it('reads a workspace without shared contracts', async () => {
  using workspace = createWorkspace({
    'services/orders/package.json': manifest,
    'services/orders/src/app.ts': app.replace('@acme/contracts/orders', './messages.js'),
    'services/orders/src/messages.ts': contracts,
  });
  rmSync(join(workspace.root, 'packages'), { recursive: true });
  const messages = await readCatalog(workspace.root);
  expect(messages?.map(({ type, makers }) => [type, makers])).toEqual([
    ['orders.place', []],
    ['orders.placed', []],
  ]);
});
