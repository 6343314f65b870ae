import { source, type Mutant } from './mutant.js';

const ports = 'e2e/src/chaos/ports.test.ts';

/** Mistakes of the bus, whatever its store. */
export const busMutants: readonly Mutant[] = [
  {
    name: 'no fence: a message counts as handled although its lease was lost',
    changes: [
      {
        file: 'core/dispatch/unit-of-work.ts',
        from: 'if (!(await transaction.commit(completion))) return false;',
        to: 'await transaction.commit(completion);',
      },
    ],
    tests: [`${source}/core/delivery/durable.test.ts`, ports],
  },
  {
    name: "a batch's failure is blamed on its first message",
    changes: [
      {
        file: 'core/delivery/batch.ts',
        from: 'for (const half of halvesOf(left)) await handle(half);',
        to: 'await handle(left.slice(0, 1)); back.push(...left.slice(1));',
      },
    ],
    tests: [`${source}/core/delivery/batch.test.ts`],
  },
  {
    name: 'a second attempt goes in company',
    changes: [
      {
        file: 'core/delivery/batch.ts',
        from: 'await handle(claims.filter(({ attempt }) => attempt === 1));',
        to: 'return handle(claims);',
      },
    ],
    tests: [`${source}/core/delivery/batch.test.ts`],
  },
  {
    name: 'delete before confirm',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: 'const outcomes = await this.#bring(rows);',
        to: `await store.outbox.settle(this.#lease, rows.map(({ seq }) => ({ seq, outcome: 'confirmed' as const })));
             const outcomes = await this.#bring(rows);`,
      },
    ],
    tests: [`${source}/core/delivery/relay.test.ts`],
  },
  {
    name: 'offset relay: rows with a greater `seq` than the last',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: 'const found = await store.outbox.sendable(relayBatch);',
        to: `const last = Number(Reflect.get(this, 'last') ?? 0);
             const found = (await store.outbox.sendable(relayBatch)).filter(({ seq }) => seq > last);
             Reflect.set(this, 'last', found.at(-1)?.seq ?? last);`,
      },
      {
        file: 'core/delivery/relay.ts',
        from: 'epoch === epoch ? found : await store.outbox.sendable(relayBatch)',
        to: 'epoch === epoch ? found : found',
      },
    ],
    tests: [`${source}/core/delivery/relay.test.ts`],
  },
  {
    name: 'an error of the intake is swallowed',
    changes: [
      {
        file: 'core/delivery/delivery.ts',
        from: 'await this.#worker.take(entriesOfBatch(batch, intake));',
        to: 'await this.#worker.take(entriesOfBatch(batch, intake)).catch(() => undefined);',
      },
    ],
    tests: [`${source}/core/delivery/durable.test.ts`, ports],
  },
  {
    name: 'what cannot be stored is dropped instead of buried',
    changes: [{ file: 'core/delivery/take-in.ts', from: 'await bury(entry, error, options);', to: '' }],
    tests: [`${source}/core/delivery/take-in.test.ts`],
  },
  {
    name: 'an outage of the store counts as a message that cannot be stored',
    changes: [
      {
        file: 'core/delivery/take-in.ts',
        from: 'return AnywiseError.is(error) && error.retryable;',
        to: 'return false;',
      },
    ],
    tests: [`${source}/core/delivery/take-in.test.ts`],
  },
  {
    name: 'a change during a claim is not counted',
    changes: [{ file: 'core/delivery/worker.ts', from: 'this.#changes++;', to: '' }],
    tests: [`${source}/core/delivery/worker.test.ts`, `${source}/core/delivery/durable.test.ts`],
  },
];
