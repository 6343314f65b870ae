import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { startBroker, type Broker } from '../brokers/broker.js';
import type { BrokerKind } from '../brokers/server.js';
import type { Databases } from './databases.js';
import { describeOnEachStore } from './each-store.js';
import { openDatabases } from './open.js';

/** New databases, with a bus of their own over the transport that is described. */
type Open = () => Promise<Databases>;

const programs: Readonly<Partial<Record<BrokerKind, string>>> = { nats: 'nats-server' };

/** Describes what services have to do over every transport, once for each: over each store's own, and over each broker. */
export function describeOnEachTransport(title: string, body: (open: Open) => void): void {
  describeOnEachStore(title, (kind) => body(() => openDatabases(kind)));
  describeOverEachBroker(title, body);
}

/** Describes what services have to do over brokers. A broker that is not installed is skipped, with the reason in the title. */
export function describeOverEachBroker(title: string, body: (open: Open, kind: BrokerKind) => void): void {
  for (const [kind, program] of Object.entries(programs) as [BrokerKind, string][]) {
    const reason = whyNot(program);
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
function whyNot(program: string): string | undefined {
  if (spawnSync(program, ['--version']).error === undefined) return undefined;
  const reason = `\`${program}\` is not installed`;
  if (process.env.ANYWISE_TEST_SERVERS === 'required')
    throw new Error(`ANYWISE_TEST_SERVERS is \`required\`, but ${reason}.`);
  return reason;
}
