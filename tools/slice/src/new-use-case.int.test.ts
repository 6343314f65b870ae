import { describe, expect, it } from '@jest/globals';
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

it('makes an entity: its state and events, what creates, completes and shows it, and their tests', async () => {
  using workspace = await begin();
  expect(await workspace.run('payments', 'receipt', '--entity')).toMatchInlineSnapshot(`
    "\`receipt\` in \`payments\`:

      new   services/payments/src/complete-receipt/handler.ts
      new   services/payments/src/complete-receipt/route.ts
      new   services/payments/src/create-receipt/handler.ts
      new   services/payments/src/create-receipt/route.int.test.ts
      new   services/payments/src/create-receipt/route.ts
      new   services/payments/src/get-receipt/handler.ts
      new   services/payments/src/get-receipt/route.ts
      new   services/payments/src/receipt.test.ts
      new   services/payments/src/receipt.ts
      edit  services/payments/src/app.ts
              import { completeReceipt } from './complete-receipt/handler.js';
              import { completeReceiptRoute } from './complete-receipt/route.js';
              import { createReceipt } from './create-receipt/handler.js';
              import { createReceiptRoute } from './create-receipt/route.js';
              import { getReceipt } from './get-receipt/handler.js';
              import { getReceiptRoute } from './get-receipt/route.js';
              .register(…, completeReceipt, createReceipt, getReceipt)
              routes: […, completeReceiptRoute, createReceiptRoute, getReceiptRoute]
      edit  packages/contracts/src/payments.ts
              export const Receipt = z.object({ receiptId: z.string(), title: z.string(), isCompleted: z.boolean() });
              export type Receipt = z.infer<typeof Receipt>;
              export class CreateReceipt extends command('payments.create-receipt', {
                base: PaymentCommand,
                summary: 'Creates one receipt.',
                data: z.object({ title: z.string().trim().min(1).max(200) }),
                reply: Receipt,
              }) {}
              export class CompleteReceipt extends command('payments.complete-receipt', {
                base: PaymentCommand,
                summary: 'Completes one receipt.',
                data: z.object({ receiptId: z.string() }),
                reply: Receipt,
              }) {}
              export class GetReceipt extends query('payments.get-receipt', {
                summary: 'One receipt, or null.',
                data: z.object({ receiptId: z.string() }),
                reply: Receipt.nullable(),
              }) {}
              export class ReceiptCreated extends event('payments.receipt-created', {
                summary: 'One receipt was created.',
                entityId: ({ receiptId }) => receiptId,
                data: z.object({ receiptId: z.string(), title: z.string() }),
              }) {}
              export class ReceiptCompleted extends event('payments.receipt-completed', {
                summary: 'One receipt was completed.',
                entityId: ({ receiptId }) => receiptId,
                data: z.object({ receiptId: z.string() }),
              }) {}
              contract('payments', {…, CreateReceipt, CompleteReceipt, GetReceipt, ReceiptCreated, ReceiptCompleted})
      edit  packages/contracts/src/payments.test.ts
              .toEqual([…, 'command payments.create-receipt v1', 'command payments.complete-receipt v1', 'query payments.get-receipt v1', 'event payments.receipt-created v1', 'event payments.receipt-completed v1'])

    Next: write what it does, and run npx -y pnpm@1.2.3 test --filter=@anywise/payments"
  `);
  expect(workspace.read('services/payments/src/receipt.ts')).toMatchInlineSnapshot(`
    "import { Receipt, ReceiptCompleted, ReceiptCreated } from '@anywise/contracts/payments';
    import { entity } from 'anywise';

    /** One receipt, as its events make it. */
    export const receipt = entity('payments.receipt', { state: Receipt })
      .create(ReceiptCreated, ({ receiptId, title }) => ({ receiptId, title, isCompleted: false }))
      .evolve(ReceiptCompleted, (state) => ({ ...state, isCompleted: true }));
    "
  `);
});

it('makes a saga that waits for an event and for the clock', async () => {
  using workspace = await begin();
  expect(await workspace.run('payments', 'settlement', '--saga')).toMatchInlineSnapshot(`
    "\`settlement\` in \`payments\`:

      new   services/payments/src/settlement/saga.test.ts
      new   services/payments/src/settlement/saga.ts
      edit  services/payments/src/app.ts
              import { settlement } from './settlement/saga.js';
              .register(…, settlement)
      edit  packages/contracts/src/payments.ts
              export class SettlementRequested extends event('payments.settlement-requested', {
                summary: 'Begins one settlement.',
                entityId: ({ id }) => id,
                data: z.object({ id: z.string() }),
              }) {}
              export class SettlementConfirmed extends event('payments.settlement-confirmed', {
                summary: 'Ends one settlement in time.',
                entityId: ({ id }) => id,
                data: z.object({ id: z.string() }),
              }) {}
              export class SettlementOverdue extends event('payments.settlement-overdue', {
                summary: 'One settlement was not confirmed in time.',
                entityId: ({ id }) => id,
                data: z.object({ id: z.string() }),
              }) {}
              contract('payments', {…, SettlementRequested, SettlementConfirmed, SettlementOverdue})
      edit  packages/contracts/src/payments.test.ts
              .toEqual([…, 'event payments.settlement-requested v1', 'event payments.settlement-confirmed v1', 'event payments.settlement-overdue v1'])

    Next: write what it does, and run npx -y pnpm@1.2.3 test --filter=@anywise/payments"
  `);
  expect(workspace.read('services/payments/src/settlement/saga.ts')).toMatchInlineSnapshot(`
    "import { SettlementConfirmed, SettlementOverdue, SettlementRequested } from '@anywise/contracts/payments';
    import { saga, type } from 'anywise';

    export const confirmWithinMs = 3_600_000;

    interface Settlement {
      readonly step: 'requested' | 'confirmed' | 'overdue';
      readonly id: string;
    }

    /** From a request to its confirmation, or to the end of its time. */
    export const settlement = saga('payments.settlement', {
      state: type<Settlement>(),
      timeouts: ['overdue'],
    })
      .starts(SettlementRequested, ({ id }, saga) => saga.to({ step: 'requested', id }).after('overdue', confirmWithinMs))
      .on(SettlementConfirmed, ({ id }, _state, saga) => saga.end({ step: 'confirmed', id }))
      .onTimeout('overdue', ({ id }, saga) => saga.end({ step: 'overdue', id }).publish(new SettlementOverdue({ id })));
    "
  `);
});

it('makes a projection of the events of an entity', async () => {
  using workspace = await begin();
  await workspace.run('payments', 'receipt', '--entity');
  expect(await workspace.run('payments', 'receipt-list', '--projection')).toMatchInlineSnapshot(`
    "\`receipt-list\` in \`payments\`:

      new   services/payments/src/receipt-list.int.test.ts
      new   services/payments/src/receipt-list.ts
      edit  services/payments/src/app.ts
              import { receiptList } from './receipt-list.js';
              .register(…, receiptList)

    Next: write what it does, and run npx -y pnpm@1.2.3 test --filter=@anywise/payments"
  `);
  expect(workspace.read('services/payments/src/receipt-list.ts')).toMatchInlineSnapshot(`
    "import { ReceiptCompleted, ReceiptCreated } from '@anywise/contracts/payments';
    import { projection, type Event, type Writing } from 'anywise';

    /** How often something happened to each, and when it last did. Made from the events, and can be made again. */
    export const receiptList = projection('payments.receipt-list', {
      version: 1,
      tables: {
        items: 'CREATE TABLE {items} (entity_id TEXT PRIMARY KEY, events INTEGER NOT NULL, changed_at TEXT NOT NULL)',
      },
    })
      .on(ReceiptCreated, note)
      .on(ReceiptCompleted, note);

    function note({ entityId, timestamp }: Event, { sql, tables: { items }, version }: Writing<'items'>): Promise<number> {
      return sql.run(
        \`INSERT INTO \${items} (entity_id, events, changed_at) VALUES (?, ?, ?)
         ON CONFLICT (entity_id) DO UPDATE SET events = excluded.events, changed_at = excluded.changed_at\`,
        entityId,
        version,
        timestamp,
      );
    }
    "
  `);
  expect(workspace.read('services/payments/src/receipt-list.int.test.ts')).toContain(
    `new ReceiptCreated({ receiptId: '1', title: '1' })`,
  );
});

describe('a projection of an entity that was written by hand', () => {
  const written = `import { PaymentCreated } from '@anywise/contracts/payments';
import { entity } from 'anywise';

export const ledger = entity('payments.ledger', {
  state: Ledger,
})
  .create(PaymentCreated, () => {
    const lines = 0;
    return { lines };
  })
  .evolve(
    PaymentCreated,
    (state) => state,
  );

export const other = 1;
`;

  async function beginWritten() {
    const workspace = await begin();
    workspace.write('services/payments/src/ledger.ts', written);
    return workspace;
  }

  it('takes in each of its events once', async () => {
    using workspace = await beginWritten();
    await workspace.run('payments', 'sums', '--projection');
    expect(workspace.read('services/payments/src/sums.ts')).toMatch(/\}\)\.on\(PaymentCreated, note\);/);
    expect(workspace.read('services/payments/src/sums.int.test.ts')).toContain(
      `new PaymentCreated({ paymentId: '1', orderId: '1' })`,
    );
  });

  it('has no event in its test if their data cannot be read', async () => {
    using workspace = await beginWritten();
    const contract = 'packages/contracts/src/payments.ts';
    const odd = 'data: z.object({ paymentId: z.string(), orderId: z.string(), at: z.iso.date() })';
    const source = workspace.read(contract);
    workspace.write(contract, source.replace('data: z.object({ paymentId: z.string(), orderId: z.string() })', odd));
    expect(workspace.read(contract)).toContain(odd);
    await workspace.run('payments', 'sums', '--projection');
    expect(workspace.read('services/payments/src/sums.int.test.ts')).toMatchInlineSnapshot(`
      "import { it } from '@jest/globals';
      import { projected } from 'anywise/testing';
      import { sums } from './sums.js';

      it('is empty before anything has happened', async () => {
        await projected(sums).given().then('items', []);
      });
      "
    `);
  });

  it.each([
    ['sums', '`payments` has the entities `ledger`, `receipt`. Begin the name of the projection with one of them'],
    ['receipts-list', '`payments` has the entities `ledger`, `receipt`.'],
  ])('has to be clear among several: %s', async (name, message) => {
    using workspace = await beginWritten();
    await workspace.run('payments', 'receipt', '--entity');
    const before = workspace.files();
    await expect(workspace.run('payments', name, '--projection')).rejects.toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(workspace.files()).toEqual(before);
    await workspace.run('payments', 'receipt-list', '--projection');
    expect(workspace.read('services/payments/src/receipt-list.ts')).toContain('.on(ReceiptCreated, note)');
  });

  it('is not made of an event that the contract does not declare', async () => {
    using workspace = await begin();
    workspace.write('services/payments/src/ledger.ts', written.replaceAll('PaymentCreated', 'LineAdded'));
    await expect(workspace.run('payments', 'sums', '--projection')).rejects.toThrow(
      '`ledger` is made by `LineAdded`, which `packages/contracts/src/payments.ts` does not declare.',
    );
  });
});

it('uses the scope of a workspace that has Anywise from npm', async () => {
  using workspace = await begin();
  for (const [path, text] of workspace.files()) {
    workspace.write(path, text.replace(/@anywise\/(?=contracts|orders|payments)/g, '@shop/'));
  }
  await workspace.run('payments', 'receipt', '--entity');
  await workspace.run('payments', 'receipt-list', '--projection');
  await workspace.run('payments', 'settlement', '--saga');
  for (const path of [
    'receipt.ts',
    'receipt.test.ts',
    'receipt-list.ts',
    'settlement/saga.ts',
    'get-receipt/route.ts',
  ]) {
    const text = workspace.read(`services/payments/src/${path}`);
    expect(text).toContain(`from '@shop/contracts/payments';`);
    expect(text).not.toContain('@anywise/contracts');
  }
  expect(workspace.read('services/payments/src/create-receipt/route.int.test.ts')).toContain(
    '@anywise/service/testing',
  );
});

it.each([
  ['payments', 'refund-payment', '--command'],
  ['payments', 'find-late', '--query'],
  ['payments', 'on-order-started', '--on', 'orders.order-started'],
  ['payments', 'receipt', '--entity'],
  ['payments', 'settlement', '--saga'],
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
  [
    ['receipt', '--entity'],
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
  ['orders', '--saga'],
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
  [['payments', 'payment', '--entity'], '`payment` exists already, but not as it would be generated:'],
  [['shipping', 'parcel', '--entity'], 'There is no slice `shipping`. The slices are `orders`, `payments`.'],
  [['payments', 'Receipt', '--entity'], '`Receipt` is not kebab-case'],
  [['payments', 'receipts', '--entity'], 'An entity is one thing, and `receipts` sounds like many. Try `receipt`.'],
  [['payments', 'get-receipt', '--entity'], '`get-receipt` sounds like a query. Use `--query`, or say what it is.'],
  [['payments', 'on-time', '--saga'], '`on-time` sounds like a listener.'],
  [['payments', 'list-receipts', '--projection'], '`list-receipts` sounds like a query.'],
  [
    ['payments', 'payment-list', '--projection'],
    '`payments` has no entity, so there are no events to make tables of. Make one first: `pnpm new:use-case payments <name> --entity`.',
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
  [
    ['payments', 'refund-payment'],
    'Give one of `--command`, `--query`, `--on <event>`, `--entity`, `--projection` and `--saga`.',
  ],
  [['payments', 'refund-payment', '--command', '--query'], 'Give one of'],
  [['payments', 'receipt', '--entity', '--saga'], 'Give one of'],
  [['payments', 'on-x', '--on', 'orders.order-placed', '--projection'], 'Give one of'],
  [['payments', 'refund-payment', 'more', '--command'], 'One use case at a time'],
  [['payments', 'on-x', '--on'], "Option '--on <value>' argument missing"],
])('does not understand %j', async (args, message) => {
  using workspace = await begin();
  const refused = workspace.run(...args);
  await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
});

it('shows its help', async () => {
  using workspace = await begin();
  expect(await workspace.run('-h')).toContain('--on <event>   something to listen to');
});
