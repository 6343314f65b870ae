import { source, type Mutant } from './mutant.js';

const storeTests = [`${source}/sqlite/store.int.test.ts`];

/** Mistakes of the SQLite store and transport. */
export const sqliteMutants: readonly Mutant[] = [
  {
    name: 'no fence: a holder that lost the lease finishes',
    changes: [
      {
        file: 'sqlite/inbox.ts',
        from: 'connection.get(sql, seq, lease) !== undefined',
        to: 'connection.get(sql, seq, lease) !== null',
      },
    ],
    tests: storeTests,
  },
  {
    name: 'no fence: outcomes of a relay that lost the lease count',
    changes: [{ file: 'sqlite/outbox.ts', from: 'holder = ? AND epoch = ?`', to: 'holder >= ? AND epoch >= ?`' }],
    tests: storeTests,
  },
  {
    name: 'acknowledge before commit',
    changes: [
      {
        file: 'kit/subscriptions.ts',
        from: 'if (batch.received.length > 0) await receive(batch.received);',
        to: `await batch.acknowledge();
             if (batch.received.length > 0) await receive(batch.received);`,
      },
    ],
    tests: [`${source}/sqlite/transport.int.test.ts`],
  },
  {
    name: 'inbox key without listener',
    changes: [{ file: 'sqlite/schema.ts', from: 'UNIQUE (listener, id, source)', to: 'UNIQUE (id, source)' }],
    tests: storeTests,
  },
  {
    name: 'attempts counted at the end, not at the claim',
    changes: [
      { file: 'sqlite/inbox.ts', from: 'attempts = attempts + 1, is_alone = 0', to: 'is_alone = 0' },
      { file: 'sqlite/inbox.ts', from: 'attempts = attempts + is_alone, is_alone = 0', to: 'is_alone = 0' },
      {
        file: 'sqlite/inbox.ts',
        from: '${storedEnvelope}, attempts`;',
        to: '${storedEnvelope}, attempts + 1 AS attempts`;',
      },
      {
        file: 'sqlite/inbox.ts',
        from: "SET state = 'ready', at = ${now} + ?, lease = NULL",
        to: "SET state = 'ready', at = ${now} + ?, attempts = attempts + 1, lease = NULL",
      },
    ],
    tests: storeTests,
  },
  {
    name: 'LIMIT without the rule of heads',
    changes: [{ file: 'sqlite/claimable.ts', from: 'earlier.seq < head.seq', to: 'earlier.seq < 0' }],
    tests: storeTests,
  },
];
