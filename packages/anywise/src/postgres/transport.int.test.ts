import { it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import {
  describeWithPostgres,
  endTestConnections,
  inTestSchemas,
  namedTestUrl,
} from '../test-support/test-postgres.js';
import { transportContract } from '../testing/transport-contract.js';
import { postgresTransport } from './transport.js';

describeWithPostgres('the PostgreSQL transport', () => {
  // What a restart does to a client: every connection ends, and what was not committed is gone.
  const capabilities = { ...postgresTransport().capabilities, restart: true };
  it.each(casesFor(transportContract, capabilities))('$behaviour', ({ run }) =>
    inTestSchemas(async (schema) => {
      const name = schema('bus');
      await run({
        connect: () => postgresTransport({ url: namedTestUrl(name), schema: name }),
        restart: async () => {
          await endTestConnections(name);
        },
      });
    }),
  );
});
