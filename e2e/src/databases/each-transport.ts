import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { brokerKinds, startBroker, type Broker } from '../brokers/broker.js';
import { rabbitmqProgram } from '../brokers/rabbitmq.js';
import type { BrokerKind } from '../brokers/server.js';
import type { Databases } from './databases.js';
import { describeOnEachStore } from './each-store.js';
import { openDatabases } from './open.js';

/** New databases, with a bus of their own over the transport that is described. */
type Open = () => Promise<Databases>;

/** The program of each broker, and whether it is installed. */
const programs: Readonly<Record<BrokerKind, { readonly name: string; readonly isThere: () => boolean }>> = {
  nats: { name: 'nats-server', isThere: () => spawnSync('nats-server', ['--version']).error === undefined },
  // It knows no such option, and starts.
  rabbitmq: { name: 'rabbitmq-server', isThere: () => rabbitmqProgram !== undefined },
};

/** Describes what services have to do over every transport, once for each: over each store's own, and over each broker. */
export function describeOnEachTransport(title: string, body: (open: Open) => void, brokers = brokerKinds): void {
  describeOnEachStore(title, (kind) => body(() => openDatabases(kind)));
  describeOverEachBroker(title, body, brokers);
}

/** Brokers that are back within a second or two of being killed: a run in which others die takes more than a minute. */
export const quickBrokers: readonly BrokerKind[] = ['nats'];

/** Describes what services have to do over brokers. A broker that is not installed is skipped, with the reason in the title. */
export function describeOverEachBroker(
  title: string,
  body: (open: Open, kind: BrokerKind) => void,
  brokers = brokerKinds,
): void {
  for (const kind of brokers) {
    const reason = whyNot(kind);
    const note = reason === undefined ? '' : ` (${reason})`;
    (reason === undefined ? describe : describe.skip)(`${title}, over ${kind}${note}`, () => {
      let broker: Broker | undefined;
      beforeAll(async () => {
        broker = await startBroker(kind);
      });
      afterAll(async () => broker?.[Symbol.asyncDispose]());
      body(() => openDatabases('sqlite', broker), kind);
    });
  }
}

/** Why a broker cannot be started; `undefined` where it can. Where all servers are required, that is an error. */
function whyNot(kind: BrokerKind): string | undefined {
  const { name, isThere } = programs[kind];
  if (isThere()) return undefined;
  const reason = `\`${name}\` is not installed`;
  if (process.env.ANYWISE_TEST_SERVERS === 'required')
    throw new Error(`ANYWISE_TEST_SERVERS is \`required\`, but ${reason}.`);
  return reason;
}
