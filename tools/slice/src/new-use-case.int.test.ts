import { expect, it } from '@jest/globals';
import { newSlice } from './new-slice.js';
import { newUseCase } from './new-use-case.js';
import { createWorkspace } from './testing/workspace.js';

const withPayments = generate();

/** The files of a workspace with the slice payments, as it is generated. */
async function generate() {
  using workspace = createWorkspace();
  await newSlice(['payments'], { root: workspace.root, install: () => 'Installed.' });
  return workspace.files();
}

/** A workspace with the slice payments, as it was generated. */
async function begin() {
  const workspace = createWorkspace(await withPayments);
  return { ...workspace, run: (...args: string[]) => newUseCase(args, { root: workspace.root }) };
}

const app = 'services/payments/src/app.ts';

it('makes a command: a folder, its message and its place in the table of contents', async () => {
  using workspace = await begin();
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

    Next: write what it does, and run npx -y pnpm@1.2.3 test --filter=@anywise/payments"
  `);
  expect(workspace.read('packages/contracts/src/payments.ts')).toMatch(/PaymentCreated,\s+RefundPayment,?\s+\}\);\n/);
  expect(workspace.read(app)).toContain("from './refund-payment/handler.js';\n");
  expect(workspace.read(app)).toMatch(/onOrderPlaced,\s+refundPayment,?\s*\),\n/);
  expect(workspace.read(app)).toMatch(/listPaymentsRoute,\s+refundPaymentRoute,?\s*\],\n/);
  expect(workspace.read('services/payments/src/refund-payment/route.ts')).toContain(
    `route('post', '/payments/:id/refund-payment', RefundPayment`,
  );
});

it('makes a query', async () => {
  using workspace = await begin();
  await workspace.run('payments', 'find-late', '--query');
  expect(workspace.read('packages/contracts/src/payments.ts')).toContain(
    `export class FindLate extends query('payments.find-late', {`,
  );
  expect(workspace.read('services/payments/src/find-late/route.ts')).toContain(
    `route('get', '/payments/:id/find-late', FindLate)`,
  );
});

it('makes a listener to the event of another slice', async () => {
  using workspace = await begin();
  const before = workspace.files();
  await workspace.run('payments', 'on-order-started', '--on', 'orders.order-started');
  expect(workspace.read('services/payments/src/on-order-started/listener.ts')).toContain(
    `import { OrderStarted } from '@anywise/contracts/orders';`,
  );
  expect(workspace.read(app)).toContain('contracts: [payments, orders]');
  expect(workspace.read(app)).toMatch(/onOrderPlaced,\s+onOrderStarted,?\s*\),\n/);
  for (const [path, text] of before) if (path !== app) expect(workspace.read(path)).toBe(text);
});

it.each([
  ['payments', 'refund-payment', '--command'],
  ['payments', 'find-late', '--query'],
  ['payments', 'on-order-started', '--on', 'orders.order-started'],
])('changes nothing the second time: %s %s', async (...args) => {
  using workspace = await begin();
  await workspace.run(...args);
  const before = workspace.files();
  expect(await workspace.run(...args)).toContain('exists already, as generated.');
  expect(workspace.files()).toEqual(before);
});

it.each([
  [
    ['refund-payment', '--command'],
    ['packages/contracts/src/payments.ts', 'packages/contracts/src/payments.test.ts'],
  ],
  [
    ['find-late', '--query'],
    ['packages/contracts/src/payments.ts', 'packages/contracts/src/payments.test.ts'],
  ],
  [['on-order-started', '--on', 'orders.order-started'], []],
])('edits files with Windows line ends and keeps them: %j', async (args, contracts) => {
  using unix = await begin();
  using windows = await begin();
  windows.checkOutWith('\r\n');
  await unix.run('payments', ...args);
  expect(await windows.run('payments', ...args)).not.toContain('by hand');
  for (const path of [app, ...contracts]) {
    expect(windows.read(path)).toBe(unix.read(path).replaceAll('\n', '\r\n'));
  }
  expect(await windows.run('payments', ...args)).toContain('exists already, as generated.');
});

it.each([
  ['orders', '--command'],
  ['sql', '--command'],
])('gives no name of the slice a second meaning: %s', async (name, flag) => {
  using workspace = await begin();
  const inApp = workspace.read(app).replace('/** The table', 'const sql = 1;\n\n/** The table');
  workspace.write(app, inApp);
  const before = workspace.files();
  await expect(workspace.run('payments', name, flag)).rejects.toThrow('the code would have two things called');
  expect(workspace.files()).toEqual(before);
});

it('writes nothing in a dry run', async () => {
  using workspace = await begin();
  const before = workspace.files();
  expect(await workspace.run('payments', 'refund-payment', '--command', '--dry-run')).toContain('refund-payment/route');
  expect(workspace.files()).toEqual(before);
});

it('leaves a file alone if it does not look as expected, and says what to add', async () => {
  using workspace = await begin();
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

it('does not overwrite a changed file', async () => {
  using workspace = await begin();
  await workspace.run('payments', 'refund-payment', '--command');
  workspace.write('services/payments/src/refund-payment/handler.ts', 'export {};\n');
  workspace.drop('services/payments/src/refund-payment/route.ts');
  const before = workspace.files();
  await expect(workspace.run('payments', 'refund-payment', '--command')).rejects.toThrowErrorMatchingInlineSnapshot(`
    "\`refund-payment\` exists already, but not as it would be generated:
      services/payments/src/refund-payment/handler.ts
    Nothing was written."
  `);
  expect(workspace.files()).toEqual(before);
});

it.each([
  [['shipping', 'send-parcel', '--command'], 'There is no slice `shipping`. The slices are `orders`, `payments`.'],
  [['payments', 'Refund', '--command'], '`Refund` is not kebab-case'],
  [['payments', 'get-refund', '--command'], '`get-refund` sounds like a query. Use `--query`, or say what it does.'],
  [['payments', 'on-refund', '--command'], '`on-refund` sounds like a listener. Use `--on <event>`.'],
  [['payments', 'late', '--query'], 'The name of a query begins with get, find or list. Try `find-late`.'],
  [
    ['payments', 'note-order', '--on', 'orders.order-placed'],
    'The name of a listener begins with `on-`. Try `on-order-placed`.',
  ],
  [
    ['payments', 'on-x', '--on', 'orders.x'],
    'No contract has the event `orders.x`. There are:\n  orders.order-placed\n',
  ],
  [
    ['payments', 'on-order', '--on', 'orders.order-placed'],
    '`payments` already listens to `orders.order-placed`: add to `services/payments/src/on-order-placed/listener.ts`.',
  ],
  [['payments', 'create-payment', '--command'], '`create-payment` exists already, but not as it would be generated:'],
  [
    ['payments', 'payment-created', '--command'],
    '`packages/contracts/src/payments.ts` already has a `PaymentCreated`, which is not as it would be generated.',
  ],
])('refuses %j, and writes nothing', async (args, message) => {
  using workspace = await begin();
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
  using workspace = await begin();
  const refused = workspace.run(...args);
  await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
});

it('shows its help', async () => {
  using workspace = await begin();
  expect(await workspace.run('-h')).toContain('--command | --query | --on <event>');
});
