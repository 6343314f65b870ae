import { source, type Mutant, type TestChoice } from './mutant.js';

const storeTest = (title: string): TestChoice => ({ file: `${source}/postgres/store.int.test.ts`, title });
const transportTest = (title: string): TestChoice => ({ file: `${source}/postgres/transport.int.test.ts`, title });
const publisherTests = [{ file: `${source}/postgres/publisher.test.ts` }];
const directTest = (title: string): TestChoice => ({ file: `${source}/postgres/direct.int.test.ts`, title });
const shortcutTest = (title: string): TestChoice => ({ file: `${source}/postgres/shortcut.int.test.ts`, title });
const pgbouncerTest = (title: string): TestChoice => ({ file: `${source}/postgres/pgbouncer.int.test.ts`, title });
const logTest = (title: string): TestChoice => ({ file: `${source}/postgres/log.int.test.ts`, title });
const projectionTest = (title: string): TestChoice => ({ file: `${source}/postgres/projections.int.test.ts`, title });
const feedTest = (title: string): TestChoice => ({ file: `${source}/postgres/event-log.int.test.ts`, title });
const heartbeatTest = (title: string): TestChoice => ({ file: `${source}/postgres/heartbeat.int.test.ts`, title });
const positionTests = [{ file: `${source}/postgres/position.int.test.ts` }];

/** Mistakes of the PostgreSQL store and transport. */
export const postgresMutants: readonly Mutant[] = [
  {
    name: 'no fence: a holder that lost the lease finishes',
    changes: [
      {
        file: 'postgres/fence.ts',
        from: 'SELECT 1 / count(*) FROM changed',
        to: 'SELECT count(*) FROM changed',
      },
    ],
    tests: [storeTest('tells a suspect from the message of another source that has its id')],
  },
  {
    name: 'the fence of a batch does not count',
    changes: [
      {
        file: 'postgres/fence.ts',
        from: 'CASE WHEN count(*) = ${count}::integer THEN 1 ELSE 0 END',
        to: 'CASE WHEN count(*) <= ${count}::integer THEN 1 ELSE 0 END',
      },
    ],
    tests: [storeTest('finishes none of several messages if the lease of one was lost')],
  },
  {
    name: 'no fence: outcomes of a relay that lost the lease count',
    changes: [
      {
        file: 'postgres/outbox.ts',
        from: 'holder = $1 AND epoch = $2 FOR SHARE',
        to: 'holder >= $1 AND epoch >= $2 FOR SHARE',
      },
    ],
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
    changes: [
      { file: 'postgres/schema.ts', from: 'PRIMARY KEY (listener, id, source)', to: 'PRIMARY KEY (id, source)' },
      {
        file: 'postgres/entries.ts',
        from: 'ON CONFLICT (listener, id, source) DO NOTHING`',
        to: 'ON CONFLICT (id, source) DO NOTHING`',
      },
      {
        file: 'postgres/entries.ts',
        from: 'ON CONFLICT (listener, id, source) DO NOTHING\n    RETURNING',
        to: 'ON CONFLICT (id, source) DO NOTHING\n    RETURNING',
      },
    ],
    tests: [storeTest('keeps the messages of two listeners separate')],
  },
  {
    name: 'attempts counted at the end, not at the claim',
    changes: [
      {
        file: 'postgres/take.ts',
        from: 'attempts = attempts + CASE WHEN locked.is_suspect AND NOT row.is_alone THEN 0 ELSE 1 END',
        to: 'attempts = attempts',
      },
      {
        file: 'postgres/take.ts',
        from: "${storedEnvelope('row')}, row.attempts,\n      locked.is_suspect",
        to: "${storedEnvelope('row')}, row.attempts + 1 AS attempts,\n      locked.is_suspect",
      },
      { file: 'postgres/held.ts', from: 'attempts = attempts - $6, lease', to: 'attempts = attempts + 1 - $6, lease' },
    ],
    tests: [storeTest('counts an attempt whose process died only if nothing else was in hand there')],
  },
  {
    name: 'SKIP LOCKED and LIMIT without the rule of heads',
    changes: [
      { file: 'postgres/claimable.ts', from: 'SELECT DISTINCT ON (listener, lane) * FROM', to: 'SELECT * FROM' },
      { file: 'postgres/claimable.ts', from: "WHERE ${isHead(schema, 'heads')} ORDER", to: 'ORDER' },
    ],
    tests: [storeTest('claims on arrival only the first message of a key')],
  },
  {
    name: 'offset outbox: rows with a greater `seq` than the last',
    changes: [
      {
        file: 'postgres/sendable.ts',
        from: 'const free: SendableRow[] = rows.filter((row) => row.seq !== null);',
        to: `const last = Number(Reflect.get(this, 'last') ?? 0);
             const free: SendableRow[] = rows.filter((row) => row.seq !== null && row.seq > last);
             Reflect.set(this, 'last', free.at(-1)?.seq ?? last);`,
      },
    ],
    tests: [storeTest('hands out the oldest events first, and no more than requested')],
  },
  {
    name: 'a failed statement is told to the first of those that shared it',
    changes: [
      {
        file: 'postgres/together.ts',
        from: 'for (const { reject } of group) reject(error);',
        to: 'group[0]?.reject(error);\n        for (const { resolve } of group) resolve(undefined as Result);',
      },
    ],
    tests: publisherTests,
  },
  {
    name: 'a caller is told of success before the shared statement',
    changes: [
      {
        file: 'postgres/together.ts',
        from: 'const results = await run(group',
        to: 'for (const { resolve } of group) resolve(undefined as Result);\n        const results = await run(group',
      },
    ],
    tests: publisherTests,
  },
  {
    name: 'a publisher that failed never publishes again',
    changes: [{ file: 'postgres/together.ts', from: '    this.#running = undefined;\n', to: '' }],
    tests: publisherTests,
  },
  {
    name: 'commands are trimmed before their owner has read them',
    changes: [{ file: 'postgres/log.ts', from: "WHERE kind <> 'command' ORDER BY seq", to: 'ORDER BY seq' }],
    tests: [logTest('deletes messages that every service has read early')],
  },
  {
    name: 'what the slowest service has not read is trimmed',
    changes: [{ file: 'postgres/log.ts', from: 'SELECT min(position) FROM', to: 'SELECT max(position) FROM' }],
    tests: [logTest('keeps what the slowest service has not read')],
  },
  {
    name: 'instances compete: each one reads',
    changes: [{ file: 'postgres/position.ts', from: "(holder IN ('', $3)", to: "(holder >= '' OR holder = $3" }],
    tests: [transportTest('delivers each message to a service once, however many instances it has')],
  },
  {
    name: 'what another instance reads is read too',
    changes: [{ file: 'postgres/log.ts', from: 'types = $2 AND holder = $5)`', to: "types = $2 AND $5 <> '')`" }],
    tests: positionTests,
  },
  {
    name: 'an instance that hangs reads for ever',
    changes: [
      {
        file: 'postgres/position.ts',
        from: 'OR abs(read_at - ${now}) > ${hungAfterMs}',
        to: 'OR read_at < -${hungAfterMs}',
      },
    ],
    tests: positionTests,
  },
  {
    name: 'an instance that is dead keeps the record until it seems to hang',
    changes: [{ file: 'postgres/position.ts', from: '$5::boolean AND', to: '$5::boolean AND false AND' }],
    tests: positionTests,
  },
  {
    name: 'an instance that was overtaken moves the position on',
    changes: [
      {
        file: 'postgres/position.ts',
        from: 'AS later WHERE ${row} AND holder = $3',
        to: "AS later WHERE ${row} AND $3 <> ''",
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
    name: 'a message counts as published although its confirm was lost',
    changes: [
      {
        file: 'postgres/together.ts',
        from: 'for (const { reject } of group) reject(error);',
        to: 'for (const { resolve } of group) resolve(void error as Result);',
      },
    ],
    tests: [
      transportTest('does not count a message as published whose confirm was lost'),
      transportTest('when the broker is killed while several instances receive'),
    ],
  },
  {
    name: 'the second part of a large publication goes although the first failed',
    changes: [
      {
        file: 'postgres/publisher.ts',
        from: 'for (const part of batchesWithin(written, bytesOf, limits.batchBytes)) {',
        to: 'await Promise.all(batchesWithin(written, bytesOf, limits.batchBytes).map(async (part) => {',
      },
      { file: 'postgres/publisher.ts', from: '0) });\n    }', to: '0) });\n    }));' },
    ],
    tests: publisherTests,
  },
  {
    name: 'what shares a call is not committed together',
    changes: [
      {
        file: 'postgres/appender.ts',
        from: 'else await this.#database.queryTogether([first, ...others]);',
        to: 'else for (const [statement, values] of [first, ...others]) await this.#database.query(statement, ...values);',
      },
    ],
    tests: [{ file: `${source}/postgres/appender.test.ts` }],
  },
  {
    name: 'any failure at the end counts as a lost lease',
    changes: [
      {
        file: 'postgres/fence.ts',
        from: 'if (stateOf(error) === divisionByZero) return false;',
        to: 'if (stateOf(error) !== "") return false;',
      },
    ],
    tests: [{ file: `${source}/postgres/fence.test.ts` }],
  },
  {
    name: 'a held row is relayed',
    changes: [{ file: 'postgres/sendable.ts', from: 'WHERE NOT waits AND (', to: 'WHERE (' }],
    tests: [shortcutTest('leaves what waits for its time, is parked, or is held up by such')],
  },
  {
    name: 'what follows a message that the shortcut leaves overtakes it',
    changes: [
      {
        file: 'postgres/shortcut.ts',
        from: 'bool_and(type IS NOT NULL) OVER (PARTITION BY lane ORDER BY seq) AS goes',
        to: 'type IS NOT NULL AS goes',
      },
    ],
    tests: [shortcutTest('leaves what is not an event, was refused before or is too large')],
  },
  {
    name: 'the shortcut moves messages for a relay that has lost the lease',
    changes: [
      {
        file: 'postgres/shortcut.ts',
        from: 'FROM lease WHERE EXISTS (SELECT FROM plain WHERE goes)',
        to: 'WHERE EXISTS (SELECT FROM plain WHERE goes)',
      },
    ],
    tests: [shortcutTest('moves nothing for a relay that has lost the lease')],
  },
  {
    name: 'a lease changes hands while the shortcut moves messages under it',
    changes: [{ file: 'postgres/shortcut.ts', from: 'AND epoch = $2 FOR SHARE', to: 'AND epoch = $2' }],
    tests: [shortcutTest('keeps the lease until it has moved them')],
  },
  {
    name: 'an event that goes to the log with its commit overtakes one of its key in the outbox',
    changes: [{ file: 'postgres/direct.ts', from: 'WHERE row.lane = message.lane AND', to: "WHERE row.lane = '' AND" }],
    tests: [directTest('overtakes nothing of its key that waits in the outbox, or is parked there')],
  },
  {
    name: 'an event overtakes a command of its key that is committed with it',
    changes: [{ file: 'postgres/direct.ts', from: 'if (!isPlain) held.add(lane);', to: '' }],
    tests: [directTest('is not for what is not an event or is too large')],
  },
  {
    name: 'an event goes to the log out of turn',
    changes: [{ file: 'postgres/direct.ts', from: 'AS lock WHERE got)', to: 'AS lock)' }],
    tests: [directTest('never waits for its turn')],
  },
  {
    name: 'an event is in the outbox and in the log',
    changes: [{ file: 'postgres/direct.ts', from: 'WHERE n NOT IN (SELECT n FROM turn, free) ORDER', to: 'ORDER' }],
    tests: [directTest('takes events in order')],
  },
  {
    name: 'what may have been committed when the connection was lost is added again',
    changes: [{ file: 'postgres/appender.ts', from: 'if (AnywiseError.is(error)) throw error;', to: '' }],
    tests: [{ file: `${source}/postgres/appender.test.ts`, title: 'does not add again what may have been committed' }],
  },
  {
    name: 'behind a pooler, the process of the server that happened to answer stands for this one',
    changes: [
      {
        file: 'postgres/signal.ts',
        from: 'this.#pid = pid === client.processID ? pid : undefined;',
        to: 'this.#pid = pid;',
      },
    ],
    tests: [pgbouncerTest('in transaction mode warns once')],
  },
  {
    name: 'a statement that is not prepared where it arrives fails for good',
    changes: [
      { file: 'postgres/database.ts', from: 'if (!isMisplaced(error)) throw error;', to: 'if (true) throw error;' },
    ],
    tests: [pgbouncerTest('delivers although statements are prepared that it cannot carry')],
  },

  {
    name: 'a projection turns inline although the feed is held up',
    changes: [
      {
        file: 'core/projections/filling.ts',
        from: 'const isEnd = isWhole && page.isEnd && !(isAlone && page.isHeldUp);',
        to: 'const isEnd = isWhole && page.isEnd;',
      },
    ],
    tests: [projectionTest('miss nothing of an appender that has committed and not let go of all its locks yet')],
  },
  {
    name: 'the feed does not say that it is held up',
    changes: [{ file: 'postgres/event-log.ts', from: 'isHeldUp: upTo < given', to: 'isHeldUp: upTo > given' }],
    tests: [feedTest('holds back what was numbered after an appender that hangs in its commit')],
  },
  {
    name: 'the feed reads past an appender that has its numbers and has not committed',
    changes: [
      {
        file: 'postgres/event-log.ts',
        from: "seq <= current_setting('anywise.horizon')::bigint",
        to: "seq <= current_setting('anywise.last')::bigint",
      },
    ],
    tests: [feedTest('holds back what was numbered after an appender that hangs in its commit')],
  },
  {
    name: 'an appender tells nobody before which number it appends',
    changes: [
      {
        file: 'postgres/event-log.ts',
        from: 'SELECT pg_advisory_xact_lock_shared(\n        ${spaceSql(schemaName)}, ((${lastSql(schemaName)}) % ${lockRange})::integer)\n      WHERE (SELECT count(*) FROM given_up) >= 0)',
        to: 'SELECT 1 WHERE (SELECT count(*) FROM given_up) >= 0)',
      },
    ],
    tests: [feedTest('holds back what was numbered after an appender that hangs in its commit')],
  },
  {
    name: 'a lease that was given up is not ended, because its row is locked',
    changes: [{ file: 'postgres/inbox.ts', from: 'leaseMs > 0 ? extend : end', to: 'leaseMs >= 0 ? extend : end' }],
    tests: [heartbeatTest('ends a lease that is given up, although another transaction holds its row')],
  },
  {
    name: 'a heartbeat waits for the commit that finishes one of its messages',
    changes: [{ file: 'postgres/held.ts', from: 'LIMIT 1 FOR UPDATE SKIP LOCKED', to: 'LIMIT 1 FOR UPDATE' }],
    tests: [heartbeatTest('does not wait for a commit that is about to finish one of its messages')],
  },
  {
    name: 'a lease counts as lost, because its row is locked',
    changes: [
      {
        file: 'postgres/held.ts',
        from: 'SELECT row.seq FROM ${held} JOIN ${inbox} AS row ON ${isHeld}`',
        to: 'SELECT row.seq FROM free JOIN ${inbox} AS row ON row.ctid = free.place`',
      },
    ],
    tests: [heartbeatTest('does not wait for a commit that is about to finish one of its messages')],
  },
  {
    name: 'a runner that was overtaken moves the read model on',
    changes: [
      {
        file: 'postgres/projections.ts',
        from: 'AND position = $4 AND state IN',
        to: 'AND position >= $4 AND state IN',
      },
    ],
    tests: [storeTest('moves a read model only from where it is')],
  },
  {
    name: 'the next due time ignores scheduled messages',
    changes: [
      {
        file: 'postgres/sendable.ts',
        from: "SELECT due_at FROM ${outbox} WHERE state = 'scheduled' ORDER BY",
        to: "SELECT due_at FROM ${outbox} WHERE state = 'scheduled' AND due_at < 0 ORDER BY",
      },
    ],
    tests: [storeTest('reports how long it is until the next scheduled message is due')],
  },
  {
    name: 'a holder that dies is not looked for',
    changes: [
      {
        file: 'postgres/claimable.ts',
        from: 'searchAgainIn(seen.next ?? undefined, seen.holders.length > 0)',
        to: 'searchAgainIn(seen.next ?? undefined, false)',
      },
    ],
    tests: [storeTest('has an inbox searched again soon while another process handles its messages')],
  },
];
