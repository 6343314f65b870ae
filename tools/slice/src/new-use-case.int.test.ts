import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { newUseCase } from './new-use-case.js';
import { copyWorkspace } from './testing/copy.js';

const parts = ['package.json', '.prettierrc.json', 'packages/contracts', 'services'];

function begin() {
  const copy = copyWorkspace(parts);
  return {
    files: () => copy.files(),
    run: (...args: string[]) => newUseCase(args, { root: copy.root }),
    read: (path: string) => readFileSync(join(copy.root, path), 'utf8'),
    write: (path: string, text: string) => writeFileSync(join(copy.root, path), text),
    drop: (path: string) => rmSync(join(copy.root, path), { recursive: true }),
    [Symbol.dispose]: () => copy[Symbol.dispose](),
  };
}

const app = 'services/payments/src/app.ts';

it('makes a command: a folder, its message and its place in the table of contents', async () => {
  using workspace = begin();
  expect(await workspace.run('payments', 'refund-payment', '--command')).toMatchInlineSnapshot(`
    "\`refund-payment\` in \`payments\`:

      new   services/payments/src/refund-payment/handler.ts
      new   services/payments/src/refund-payment/route.int.test.ts
      new   services/payments/src/refund-payment/route.ts
      edit  services/payments/src/app.ts
              import { refundPayment } from './refund-payment/handler.js';
              import { refundPaymentRoute } from './refund-payment/route.js';
              .register(…, refundPayment)
              routes: […, refundPaymentRoute]
      edit  packages/contracts/src/payments.ts
              export class RefundPayment extends command('payments.refund-payment', {
                base: PaymentCommand,
                summary: 'Refund payment.',
                data: z.object({ id: z.string() }),
                reply: z.object({ id: z.string(), doneAt: z.string() }),
              }) {}
              contract('payments', {…, RefundPayment})
      edit  packages/contracts/src/payments.test.ts
              .toEqual([…, 'command payments.refund-payment v1'])

    Next: write what it does, and run npx -y pnpm@12.21.0 test --filter=@anywise/payments"
  `);
  expect(workspace.read('packages/contracts/src/payments.ts')).toContain('  RefundPayment,\n});\n');
  expect(workspace.read(app)).toContain("from './refund-payment/handler.js';\n");
  expect(workspace.read(app)).toContain('    refundPayment,\n  ),\n');
  expect(workspace.read(app)).toMatch(/routes: \[[^\]]*\brefundPaymentRoute,?\s*\]/);
  expect(workspace.read('services/payments/src/refund-payment/route.ts')).toContain(
    `route('post', '/payments/:id/refund-payment', RefundPayment`,
  );
});

it('makes a query', async () => {
  using workspace = begin();
  await workspace.run('orders', 'find-late', '--query');
  expect(workspace.read('packages/contracts/src/orders.ts')).toContain(
    `export class FindLate extends query('orders.find-late', {`,
  );
  expect(workspace.read('services/orders/src/find-late/route.ts')).toContain(
    `route('get', '/orders/:id/find-late', FindLate)`,
  );
});

it('makes a listener to the event of another slice', async () => {
  using workspace = begin();
  const before = workspace.files();
  await workspace.run('payments', 'on-order-started', '--on', 'orders.order-started');
  expect(workspace.read('services/payments/src/on-order-started/listener.ts')).toContain(
    `import { OrderStarted } from '@anywise/contracts/orders';`,
  );
  expect(workspace.read(app)).toContain('contracts: [payments, orders]');
  expect(workspace.read(app)).toContain('    onOrderStarted,\n  ),\n');
  for (const [path, text] of before) if (path !== app) expect(workspace.read(path)).toBe(text);
});

it.each([
  ['payments', 'refund-payment', '--command'],
  ['payments', 'find-late', '--query'],
  ['payments', 'on-order-started', '--on', 'orders.order-started'],
])('changes nothing the second time: %s %s', async (...args) => {
  using workspace = begin();
  await workspace.run(...args);
  const before = workspace.files();
  expect(await workspace.run(...args)).toContain('is there already, as it is generated.');
  expect(workspace.files()).toEqual(before);
});

it('writes nothing in a dry run', async () => {
  using workspace = begin();
  const before = workspace.files();
  expect(await workspace.run('payments', 'refund-payment', '--command', '--dry-run')).toContain('refund-payment/route');
  expect(workspace.files()).toEqual(before);
});

it('leaves a file alone that does not look as expected, and says what to add', async () => {
  using workspace = begin();
  const unusual = workspace.read(app).replace('.register(', '.register(...others, ');
  workspace.write(app, unusual);
  const said = await workspace.run('payments', 'on-order-started', '--on', 'orders.order-started');
  expect(said).toContain(`  left  ${app} does not look as expected. Add these by hand:
          import { orders } from '@anywise/contracts/orders';
          import { onOrderStarted } from './on-order-started/listener.js';
          contracts: […, orders]
          .register(…, onOrderStarted)
`);
  expect(workspace.read(app)).toBe(unusual);
});

it('overwrites nothing that was changed', async () => {
  using workspace = begin();
  await workspace.run('payments', 'refund-payment', '--command');
  workspace.write('services/payments/src/refund-payment/handler.ts', 'export {};\n');
  workspace.drop('services/payments/src/refund-payment/route.ts');
  const before = workspace.files();
  await expect(workspace.run('payments', 'refund-payment', '--command')).rejects.toThrowErrorMatchingInlineSnapshot(`
    "\`refund-payment\` is there already, and not as it would be generated:
      services/payments/src/refund-payment/handler.ts
    Nothing was written."
  `);
  expect(workspace.files()).toEqual(before);
});

it.each([
  [['shipping', 'send-parcel', '--command'], 'There is no slice `shipping`. There are `orders`, `payments`.'],
  [['payments', 'Refund', '--command'], '`Refund` is not kebab-case'],
  [['payments', 'get-refund', '--command'], '`get-refund` sounds like a query. Use `--query`, or say what it does.'],
  [['payments', 'on-refund', '--command'], '`on-refund` sounds like a listener. Use `--on <event>`.'],
  [['payments', 'late', '--query'], 'A query begins with get, find or list. Take, say, `find-late`.'],
  [
    ['payments', 'note-order', '--on', 'orders.order-placed'],
    'The folder of a listener is called `on-…`. Take, say, `on-order-placed`.',
  ],
  [
    ['payments', 'on-x', '--on', 'orders.x'],
    'No contract has the event `orders.x`. There are:\n  orders.order-placed\n',
  ],
  [
    ['orders', 'on-paid', '--on', 'payments.payment-created'],
    '`orders` listens to `payments.payment-created` already: add to `services/orders/src/on-payment-created/listener.ts`.',
  ],
  [['payments', 'create-payment', '--command'], '`create-payment` is there already, and not as it would be generated:'],
  [
    ['payments', 'payment-created', '--command'],
    '`packages/contracts/src/payments.ts` has a `PaymentCreated` already, and not as it would be generated.',
  ],
])('refuses %j, and writes nothing', async (args, message) => {
  using workspace = begin();
  const before = workspace.files();
  const refused = workspace.run(...args);
  await expect(refused).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining(message) });
  expect(workspace.files()).toEqual(before);
});

it.each([
  [['payments'], 'Give a slice and a name'],
  [['payments', 'refund-payment'], 'Give one of `--command`, `--query` and `--on <event>`.'],
  [['payments', 'refund-payment', '--command', '--query'], 'Give one of'],
  [['payments', 'refund-payment', 'more', '--command'], 'One use case at a time'],
  [['payments', 'on-x', '--on'], "Option '--on <value>' argument missing"],
])('does not understand %j', async (args, message) => {
  using workspace = begin();
  const refused = workspace.run(...args);
  await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
});

it('shows its help', async () => {
  using workspace = begin();
  expect(await workspace.run('-h')).toContain('--command | --query | --on <event>');
});
