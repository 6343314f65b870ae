import { source, type Mutant, type TestChoice } from './mutant.js';

const test = (path: string): TestChoice => ({ file: `${source}/core/delivery/${path}.test.ts` });

const runnerTest = (title: string): TestChoice => ({ file: `${source}/core/projections/runner.test.ts`, title });

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
    tests: [{ ...test('durable'), title: 'has handled nothing, which the log says' }],
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
    tests: [test('batch')],
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
    tests: [test('batch')],
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
    tests: [{ ...test('relay'), title: 'tries a transport that is away again within five seconds' }],
  },
  {
    name: 'offset relay: rows with a greater `seq` than the last',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: 'const { rows: found, nextDueInMs } = await store.outbox.sendable(relayBatch);',
        to: `const last = Number(Reflect.get(this, 'last') ?? 0);
             const { rows: all, nextDueInMs } = await store.outbox.sendable(relayBatch);
             const found = all.filter(({ seq }) => seq > last);
             Reflect.set(this, 'last', found.at(-1)?.seq ?? last);`,
      },
      {
        file: 'core/delivery/relay.ts',
        from: 'epoch === epoch ? found : (await store.outbox.sendable(relayBatch)).rows',
        to: 'epoch === epoch ? found : found',
      },
    ],
    tests: [{ ...test('relay'), title: 'tries a transport that is away again within five seconds' }],
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
    tests: [{ ...test('durable'), title: 'that could not be taken in during an outage' }],
  },
  {
    name: 'what cannot be stored is dropped instead of buried',
    changes: [{ file: 'core/delivery/take-in.ts', from: 'await bury(entry, error, options);', to: '' }],
    tests: [test('take-in')],
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
    tests: [test('take-in')],
  },
  {
    name: 'a change during a claim is not counted',
    changes: [{ file: 'core/delivery/worker.ts', from: 'this.#changes++;', to: '' }],
    tests: [test('worker')],
  },
  {
    name: 'a relay that has just got the lease publishes what it had read before',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: 'lease.epoch === epoch ? found : (await store.outbox.sendable(relayBatch)).rows',
        to: 'found',
      },
    ],
    tests: [test('relay')],
  },
  {
    name: 'a relay that has lost the lease publishes on',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: '(lease, outcomes))) this.#lease = undefined;',
        to: '(lease, outcomes))) return 0;',
      },
    ],
    tests: [test('relay')],
  },
  {
    name: 'a relay that stops sends one batch only',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: 'while (!timeIsUp.aborted && (await this.#turn()) === 0);',
        to: 'if (!timeIsUp.aborted) await this.#turn();',
      },
    ],
    tests: [test('relay')],
  },
  {
    name: 'a command for this service leaves the outbox although the inbox did not take it',
    changes: [
      {
        file: 'core/delivery/relay.ts',
        from: '{ add, unreadable, logger, instruments });',
        to: '{ add, unreadable, logger, instruments }).catch(() => undefined);',
      },
    ],
    tests: [test('relay')],
  },
  {
    name: 'a search that failed keeps the places of what it did not find',
    changes: [
      {
        file: 'core/delivery/worker.ts',
        from: '} finally {\n      this.#places.giveUp(places);\n    }',
        to: '} catch (error) {\n      throw error;\n    }\n    this.#places.giveUp(places);',
      },
    ],
    tests: [test('worker')],
  },
  {
    name: 'what arrives is handled beside a suspect',
    changes: [
      {
        file: 'core/delivery/worker.ts',
        from: 'const limit = this.#suspects > 0 ? 0 : places + more;',
        to: 'const limit = places + more;',
      },
    ],
    tests: [test('worker')],
  },
  {
    name: 'listeners share the object of a message',
    changes: [{ file: 'core/delivery/intake.ts', from: 'isOwn && listeners.length === 1 ?', to: 'isOwn ?' }],
    tests: [test('intake')],
  },

  {
    name: 'a holder that dies is not looked for as long as a message waits for its time',
    changes: [
      {
        file: 'kit/next-due.ts',
        from: 'Math.min(dueInMs ?? holdersPollMs, holdersPollMs)',
        to: '(dueInMs ?? holdersPollMs)',
      },
    ],
    tests: [{ file: `${source}/kit/next-due.test.ts` }],
  },
  {
    name: 'what is due last is looked for first',
    changes: [{ file: 'kit/next-due.ts', from: 'time < least', to: 'time > least' }],
    tests: [{ file: `${source}/kit/next-due.test.ts` }],
  },
  {
    name: 'an old process keeps a projection at an event that only newer code knows',
    changes: [{ file: 'core/projections/runner.ts', from: 'if (isUnknown) await this.#leaveToOthers();', to: '' }],
    tests: [runnerTest('leaves an event that only newer code knows to a process that has it')],
  },
  {
    name: 'what is before an event that a projection cannot take in waits with it',
    changes: [{ file: 'core/projections/runner.ts', from: 'if (outcome.at > 0) {', to: 'if (outcome.at < 0) {' }],
    tests: [runnerTest('takes in what comes before an event that it cannot take in, once')],
  },
];
