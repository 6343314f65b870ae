import { source, type Mutant, type TestChoice } from './mutant.js';

const transportTest = (title: string): TestChoice => ({ file: `${source}/rabbitmq/transport.int.test.ts`, title });
const outageTest = (title: string): TestChoice => ({ file: `${source}/rabbitmq/outage.int.test.ts`, title });

/** Mistakes of the RabbitMQ transport. */
export const rabbitmqMutants: readonly Mutant[] = [
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
    tests: [transportTest('delivers everything to another instance when earlier ones failed and stopped')],
  },
  {
    name: 'instances compete: each one reads',
    changes: [
      {
        file: 'rabbitmq/topology.ts',
        from: "'x-single-active-consumer': true",
        to: "'x-single-active-consumer': false",
      },
    ],
    tests: [transportTest('in order into the inbox that several instances share')],
  },
  {
    name: 'a message that comes again too often is dropped by the server',
    changes: [{ file: 'rabbitmq/topology.ts', from: "'x-delivery-limit': 2_147_483_647", to: "'x-delivery-limit': 2" }],
    tests: [transportTest('delivers everything to another instance when earlier ones failed and stopped')],
  },
  {
    name: 'a batch that failed is skipped',
    changes: [
      {
        file: 'rabbitmq/reader.ts',
        from: 'giveBack: () => feed.giveBack(messages),',
        to: 'giveBack: () => undefined,',
      },
    ],
    tests: [transportTest('redelivers a batch when receiving it failed')],
  },
  {
    name: 'a batch that failed comes again behind the others',
    changes: [
      { file: 'rabbitmq/feed.ts', from: 'this.#waiting.unshift(...batch);', to: 'this.#waiting.push(...batch);' },
    ],
    tests: [transportTest('delivers a batch that failed again before the messages that have come since')],
  },
  {
    name: 'a command counts as published although no queue took it',
    changes: [
      {
        file: 'rabbitmq/epoch.ts',
        from: "const mandatory = kind === 'command';",
        to: 'const mandatory = false;',
      },
    ],
    tests: [outageTest('whose queue is deleted takes no command for it, and gets a new one')],
  },
  {
    name: 'a message counts as published although its confirm was lost',
    changes: [
      {
        file: 'rabbitmq/epoch.ts',
        from: ": 'lost';\n}\n\nfunction nameOf",
        to: ': undefined;\n}\n\nfunction nameOf',
      },
    ],
    tests: [transportTest('does not count a message as published whose confirm was lost')],
  },
  {
    name: 'the later messages of a key are published although one was refused',
    changes: [
      {
        file: 'rabbitmq/publisher.ts',
        from: 'if (key !== undefined && held.has(key)) results[at] ??= heldBack(key);',
        to: '',
      },
    ],
    tests: [outageTest('holds back what follows in the key of a command whose service has no queue')],
  },
];
