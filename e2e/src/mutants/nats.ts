import { source, type Mutant, type TestChoice } from './mutant.js';

const transportTest = (title: string): TestChoice => ({ file: `${source}/nats/transport.int.test.ts`, title });
const outageTest = (title: string): TestChoice => ({ file: `${source}/nats/outage.int.test.ts`, title });

/** Mistakes of the NATS transport. */
export const natsMutants: readonly Mutant[] = [
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
      transportTest('delivers everything to another instance when earlier ones failed and stopped'),
      transportTest('keeps the order of each key when the broker is killed while several instances receive'),
    ],
  },
  {
    name: 'the position is saved before the batch is received',
    changes: [
      {
        file: 'nats/reader.ts',
        from: 'const { connect, maxMessageBytes } = this.#options;',
        to: `const { connect, maxMessageBytes } = this.#options;
             this.#position.advance(await connect(), last.seq);`,
      },
    ],
    tests: [
      transportTest('delivers everything to another instance when earlier ones failed and stopped'),
      transportTest('keeps the order of each key when the broker is killed while several instances receive'),
    ],
  },
  {
    name: 'instances compete: each one reads',
    changes: [
      {
        file: 'nats/position.ts',
        from: "if (stored.holder !== '' && stored.holder !== this.#options.nonce && (await this.#isAlive(connected, stored))) {",
        to: "if (stored.holder === 'nobody' && (await this.#isAlive(connected, stored))) {",
      },
    ],
    tests: [transportTest('delivers each message to a service once, however many instances it has')],
  },
  {
    name: 'an instance that was frozen goes on reading',
    changes: [
      {
        file: 'nats/position.ts',
        from: 'return this.#held !== undefined && performance.now() - this.#held.savedAt < hungAfterMs;',
        to: 'return this.#held !== undefined;',
      },
    ],
    tests: [
      {
        file: `${source}/nats/position.test.ts`,
        title: 'is not held for certain after the process was frozen for so long that another may have taken over',
      },
    ],
  },
  {
    name: 'a durable consumer, which knows by itself how far it has sent',
    changes: [
      {
        file: 'nats/feed.ts',
        from: `deliver_policy: driver.DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,`,
        to: `deliver_policy: driver.DeliverPolicy.All,
    durable_name: consumer,`,
      },
      {
        file: 'nats/feed.ts',
        from: 'manager.consumers.delete(this.#source.stream, this.#source.consumer).catch(() => undefined);',
        to: 'void manager;',
      },
    ],
    tests: [
      transportTest('delivers everything to another instance when earlier ones failed and stopped'),
      transportTest('keeps the order of each key when connections of the instances are cut'),
      transportTest('keeps the order of each key when the instance that reads closes in the middle of a batch'),
    ],
  },
  {
    name: 'the client reconnects by itself, and sends on what is waiting',
    changes: [
      {
        file: 'nats/client.ts',
        from: 'reconnect: false,',
        to: 'reconnect: true, reconnectTimeWait: 10, maxReconnectAttempts: -1,',
      },
    ],
    tests: [outageTest('that takes long to connect again is not sent what was refused meanwhile')],
  },
  {
    name: 'a batch that failed is skipped',
    changes: [
      { file: 'nats/reader.ts', from: 'giveBack: () => feed.giveBack(messages),', to: 'giveBack: () => undefined,' },
    ],
    tests: [transportTest('redelivers a batch when receiving it failed')],
  },
  {
    name: 'a batch that failed comes again behind the others',
    changes: [{ file: 'nats/feed.ts', from: 'this.#waiting.unshift(...batch);', to: 'this.#waiting.push(...batch);' }],
    tests: [
      transportTest('delivers a batch that failed again before the messages that have come since'),
      transportTest('keeps the order of each key when receiving fails repeatedly'),
    ],
  },
  {
    name: 'a message counts as published although its confirm was lost',
    changes: [
      {
        file: 'nats/publisher.ts',
        from: 'return { error: unavailable(place, error), permanent: false };',
        to: 'return undefined; void unavailable(place, error);',
      },
    ],
    tests: [transportTest('does not count a message as published whose confirm was lost')],
  },
  {
    name: 'the later messages of a key are published although one was refused',
    changes: [
      {
        file: 'nats/publisher.ts',
        from: 'if (await publishOne(one)) continue;',
        to: 'if ((await publishOne(one)) || true) continue;',
      },
    ],
    tests: [outageTest('whose stream is full takes nothing of a key behind what it refused')],
  },
];
