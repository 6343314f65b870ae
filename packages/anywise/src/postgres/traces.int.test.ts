import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { describeTraces } from '../test-support/trace-cases.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

const url = testPostgresUrl;

describeWithPostgres('over PostgreSQL', () =>
  describeTraces((work) =>
    inTestSchemas((schema) =>
      work({
        store: (name) => postgresStore({ url, schema: schema(name) }),
        transport: () => postgresTransport({ url, schema: schema('bus') }),
      }),
    ),
  ),
);
