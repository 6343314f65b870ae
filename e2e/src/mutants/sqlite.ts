import { source, type Mutant, type TestChoice } from './mutant.js';

const storeTest = (title: string): TestChoice => ({ file: `${source}/sqlite/store.int.test.ts`, title });
const transportTest = (title: string): TestChoice => ({ file: `${source}/sqlite/transport.int.test.ts`, title });
const writerTests = [{ file: `${source}/sqlite/writer.int.test.ts` }];
const logTests = [{ file: `${source}/sqlite/log.int.test.ts` }];
const positionTests = [{ file: `${source}/sqlite/position.int.test.ts` }];
const outboxTests = [{ file: `${source}/sqlite/outbox.int.test.ts` }];

/** Mistakes of the SQLite store and transport. */
export const sqliteMutants: readonly Mutant[] = [
  {
    name: 'no fence: a holder that lost the lease finishes',
    changes: [
      {
        file: 'sqlite/finish.ts',
        from: 'connection.get(sql, first.seq, first.lease) !== undefined',
        to: 'connection.get(sql, first.seq, first.lease) !== null',
      },
    ],
    tests: [storeTest('tells a suspect from the message of another source that has its id')],
  },
  {
    name: 'no fence: a holder that lost the lease of one message finishes a batch',
    changes: [{ file: 'sqlite/finish.ts', from: '?.count === seqs.length', to: '?.count !== -1' }],
    tests: [storeTest('finishes none of several messages if the lease of one was lost')],
  },
  {
    name: 'no fence: outcomes of a relay that lost the lease count',
    changes: [{ file: 'sqlite/outbox.ts', from: 'holder = ? AND epoch = ?`', to: 'holder >= ? AND epoch >= ?`' }],
    tests: [storeTest('refuses the outcomes of a relay whose lease has passed to another')],
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
    tests: [
      transportTest('redelivers a batch when receiving it failed'),
      transportTest('delivers everything to another instance when earlier ones failed and stopped'),
    ],
  },
  {
    name: 'inbox key without listener',
    changes: [{ file: 'sqlite/schema.ts', from: 'UNIQUE (listener, id, source)', to: 'UNIQUE (id, source)' }],
    tests: [storeTest('keeps the messages of two listeners separate')],
  },
  {
    name: 'attempts counted at the end, not at the claim',
    changes: [
      { file: 'sqlite/take.ts', from: 'attempts = attempts + 1, is_alone = 0', to: 'is_alone = 0' },
      { file: 'sqlite/take.ts', from: 'attempts = attempts + is_alone, is_alone = 0', to: 'is_alone = 0' },
      {
        file: 'sqlite/take.ts',
        from: '${storedEnvelope}, attempts, ',
        to: '${storedEnvelope}, attempts + 1 AS attempts, ',
      },
      {
        file: 'sqlite/held.ts',
        from: "SET state = 'ready', at = ${now} + ?, lease = NULL",
        to: "SET state = 'ready', at = ${now} + ?, attempts = attempts + 1, lease = NULL",
      },
    ],
    tests: [storeTest('counts an attempt whose process died only if nothing else was in hand there')],
  },
  {
    name: 'LIMIT without the rule of heads',
    changes: [{ file: 'sqlite/claimable.ts', from: 'earlier.seq < head.seq', to: 'earlier.seq < 0' }],
    tests: [storeTest('claims on arrival only the first message of a key')],
  },
  {
    name: 'a caller is told of success before the shared commit',
    changes: [
      {
        file: 'sqlite/writer.ts',
        from: "this.#connection.run('COMMIT');\n    for (const run of afterCommit) run?.();",
        to: "const told = this.#takeWaiters();\n    for (const { resolve } of told) resolve();\n    this.#connection.run('COMMIT');\n    for (const run of afterCommit) run?.();",
      },
    ],
    tests: writerTests,
  },
  {
    name: 'what follows a commit runs before it',
    changes: [
      {
        file: 'sqlite/writer.ts',
        from: "this.#connection.run('COMMIT');\n    for (const run of afterCommit) run?.();",
        to: "for (const run of afterCommit) run?.();\n    this.#connection.run('COMMIT');",
      },
    ],
    tests: writerTests,
  },
  {
    name: 'a begin that failed keeps the turn',
    changes: [
      {
        file: 'sqlite/writer.ts',
        from: '} catch (error) {\n      release();\n      throw error;\n    }\n    this.#isTaken = true;',
        to: '} catch (error) {\n      throw error;\n    }\n    this.#isTaken = true;',
      },
    ],
    tests: writerTests,
  },
  {
    name: 'jobs stay after a begin that failed',
    changes: [
      {
        file: 'sqlite/writer.ts',
        from: 'for (const { reject } of this.#takeJobs()) reject(error);',
        to: 'for (const { reject } of this.#jobs) reject(error);',
      },
    ],
    tests: writerTests,
  },
  {
    name: 'all that share a commit are told that they failed it',
    changes: [
      {
        file: 'sqlite/writer.ts',
        from: 'waiters.length > 1 || this.#isTaken ? new SharedCommitError(error) : error',
        to: 'error',
      },
    ],
    tests: [
      {
        file: `${source}/sqlite/faults.int.test.ts`,
        title: 'a message that breaks a deferred constraint fails alone, although others share its commit',
      },
    ],
  },
  {
    name: 'work for a commit that failed is done with the next',
    changes: [{ file: 'sqlite/writer.ts', from: 'this.#atCommit.clear();', to: '' }],
    tests: writerTests,
  },
  {
    name: 'commands are trimmed before their owner has read them',
    changes: [{ file: 'sqlite/log.ts', from: "AND kind <> 'command' ", to: '' }],
    tests: logTests,
  },
  {
    name: 'a version that stopped reading holds the log for ever',
    changes: [
      {
        file: 'sqlite/log.ts',
        from: 'WHERE read_at > ${now} - ?2\n                 OR NOT EXISTS',
        to: 'WHERE true OR NOT EXISTS',
      },
    ],
    tests: logTests,
  },
  {
    name: 'what the slowest service has not read is trimmed',
    changes: [{ file: 'sqlite/log.ts', from: 'SELECT min(position) FROM', to: 'SELECT max(position) FROM' }],
    tests: logTests,
  },
  {
    name: 'instances compete: each one reads',
    changes: [
      { file: 'sqlite/position.ts', from: "const isFree = holder === ''", to: "const isFree = holder !== 'nobody'" },
    ],
    tests: positionTests,
  },
  {
    name: 'what another instance reads is read too',
    changes: [{ file: 'sqlite/log.ts', from: "types = ?2 AND holder = ?4)'", to: "types = ?2 AND ?4 IS NOT NULL)'" }],
    tests: positionTests,
  },
  {
    name: 'an instance that hangs reads for ever',
    changes: [{ file: 'sqlite/position.ts', from: 'hangs === 1', to: 'hangs > 1' }],
    tests: positionTests,
  },
  {
    name: 'an instance that is dead keeps the record until it seems to hang',
    changes: [{ file: 'sqlite/position.ts', from: '|| isDeadHolder(holder)', to: "|| isDeadHolder('')" }],
    tests: positionTests,
  },
  {
    name: 'an instance that was overtaken moves the position on',
    changes: [
      {
        file: 'sqlite/position.ts',
        from: 'read_at = ${now} WHERE ${row} AND holder = ?3`,\n  release',
        to: 'read_at = ${now} WHERE ${row} AND ?3 IS NOT NULL`,\n  release',
      },
    ],
    tests: positionTests,
  },
  {
    name: 'a batch that failed is skipped',
    changes: [{ file: 'kit/subscriptions.ts', from: 'await batch.giveBack?.();', to: 'await batch.acknowledge();' }],
    tests: [transportTest('redelivers a batch when receiving it failed')],
  },
  {
    name: 'a transaction that is tried alone shares the commit of the others',
    changes: [{ file: 'sqlite/writer.ts', from: 'if (isAlone) this.#commitWaiters();', to: '' }],
    tests: writerTests,
  },
  {
    name: 'the relay is given rows before their commit',
    changes: [
      {
        file: 'sqlite/outbox.ts',
        from: 'return () => this.#fresh.committed(rows, bytes, areNext);',
        to: 'this.#fresh.committed(rows, bytes, areNext);\n    return undefined;',
      },
    ],
    tests: outboxTests,
  },
  {
    name: 'new rows overtake those that have waited',
    changes: [
      {
        file: 'sqlite/outbox.ts',
        from: 'const areNext = connection.get(obstacleSql, first.seq, JSON.stringify(this.#fresh.before)) === undefined;',
        to: 'const areNext = connection.get(obstacleSql, first.seq, JSON.stringify(this.#fresh.before)) !== null;',
      },
    ],
    tests: outboxTests,
  },
  {
    name: 'rows count as sent although the lease was lost',
    changes: [
      {
        file: 'sqlite/outbox.ts',
        from: 'if (isSettled) this.#fresh.confirmed(confirmed.length);',
        to: 'this.#fresh.confirmed(confirmed.length);',
      },
    ],
    tests: outboxTests,
  },

  {
    name: 'a runner that was overtaken moves the read model on',
    changes: [
      { file: 'sqlite/projections.ts', from: 'AND position = ? AND state IN', to: 'AND position >= ? AND state IN' },
    ],
    tests: [storeTest('moves a read model only from where it is')],
  },
  {
    name: 'the next due time ignores scheduled messages',
    changes: [
      {
        file: 'sqlite/outbox.ts',
        from: "WHERE state = 'scheduled' ORDER BY due_at LIMIT 1)",
        to: "WHERE state = 'scheduled' AND due_at < 0 ORDER BY due_at LIMIT 1)",
      },
    ],
    tests: [storeTest('reports how long it is until the next scheduled message is due')],
  },
  {
    name: 'a holder that dies is not looked for',
    changes: [
      { file: 'sqlite/inbox.ts', from: 'nextDueIn(reader, ms, others.length > 0)', to: 'nextDueIn(reader, ms, false)' },
    ],
    tests: [storeTest('has an inbox searched again soon while another process handles its messages')],
  },
];
