import { source, type Mutant } from './mutant.js';

const tests = [`${source}/nats/transport.int.test.ts`, `${source}/nats/outage.int.test.ts`];

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
    tests,
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
    tests,
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
    tests,
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
    tests,
  },
  {
    name: 'the client reconnects by itself, and sends on what is waiting',
    changes: [
      { file: 'nats/client.ts', from: 'reconnect: false,', to: 'reconnect: true, reconnectTimeWait: 10,' },
      {
        file: 'nats/publisher.ts',
        from: 'const lanes = lanesOf(sendable);',
        to: 'const lanes = lanesOf(sendable).flatMap((lane) => lane.map((one) => [one]));',
      },
    ],
    tests,
  },
  {
    name: 'a batch that failed is skipped',
    changes: [
      { file: 'nats/reader.ts', from: 'giveBack: () => feed.giveBack(messages),', to: 'giveBack: () => undefined,' },
    ],
    tests,
  },
  {
    name: 'a batch that failed comes again behind the others',
    changes: [{ file: 'nats/feed.ts', from: 'this.#waiting.unshift(...batch);', to: 'this.#waiting.push(...batch);' }],
    tests,
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
    tests,
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
    tests,
  },
];
