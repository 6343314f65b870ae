import { afterAll, beforeAll, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import {
  describeWithPostgres,
  endTestConnections,
  inTestSchemas,
  namedTestUrl,
  testPostgresPlace,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { openWires, type Wires } from '../test-support/wired-fixture.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { postgresTransport } from './transport.js';

/** Every schema waits for the server's disk, which others may keep busy. */
const timeoutMs = 30_000;

describeWithPostgres('the PostgreSQL transport', () => {
  let wires: Wires;
  beforeAll(async () => {
    wires = await openWires(testPostgresPlace());
  });
  afterAll(async () => wires[Symbol.asyncDispose]());

  // What a restart does to a client: every connection ends, and what was not committed is gone.
  const abilities = { restart: true, cut: true, mute: true, outage: true, forget: true, foreign: true };
  const cases = casesFor(transportContract, { ...postgresTransport().capabilities, ...abilities });
  const check = (one: TransportCase): Promise<void> =>
    inTestSchemas(async (schema) => {
      const name = schema('bus');
      const run = (sql: string, ...values: readonly unknown[]): Promise<unknown> =>
        withTestDatabase((database) => database.query({ text: sql }, ...values));
      await one.run({
        ...wires.fixtureFor(one, (place) => postgresTransport({ url: namedTestUrl(name, place), schema: name })),
        restart: async () => {
          await endTestConnections(name);
        },
        forget: (consumer) => run(`DELETE FROM "${name}".anywise_consumer WHERE name = $1`, consumer),
        write: async ({ type, kind, text }) => {
          const message = `"${name}".anywise_message (type, kind, envelope, published_at)`;
          await run(`INSERT INTO ${message} VALUES ($1, $2, $3, $4)`, type, kind, text, Date.now());
        },
      });
    });
  it.each(cases)('$behaviour', check, timeoutMs);
});
