import { it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import {
  describeWithPostgres,
  endTestConnections,
  inTestSchemas,
  namedTestUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { postgresTransport } from './transport.js';

/** Every schema waits for the server's disk, which others may keep busy. */
const timeoutMs = 30_000;

describeWithPostgres('the PostgreSQL transport', () => {
  // What a restart does to a client: every connection ends, and what was not committed is gone.
  const capabilities = { ...postgresTransport().capabilities, restart: true, foreign: true };
  const cases = casesFor(transportContract, capabilities);
  const check = ({ run }: TransportCase): Promise<void> =>
    inTestSchemas(async (schema) => {
      const name = schema('bus');
      await run({
        connect: () => postgresTransport({ url: namedTestUrl(name), schema: name }),
        restart: async () => {
          await endTestConnections(name);
        },
        write: ({ type, kind, text }) =>
          withTestDatabase(async (database) => {
            const message = `"${name}".anywise_message (type, kind, envelope, published_at)`;
            await database.query(
              { text: `INSERT INTO ${message} VALUES ($1, $2, $3, $4)` },
              type,
              kind,
              text,
              Date.now(),
            );
          }),
      });
    });
  it.each(cases)('$behaviour', check, timeoutMs);
});
