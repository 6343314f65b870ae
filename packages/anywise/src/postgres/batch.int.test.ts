import { describeBatches } from '../test-support/batch-suite.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { postgresStore } from './store.js';

describeWithPostgres('a batch listener on PostgreSQL', () =>
  describeBatches('n BIGSERIAL', (work, migrations) =>
    inTestSchemas((schema) =>
      work(() => postgresStore({ url: testPostgresUrl, schema: schema('printing'), migrations })),
    ),
  ),
);
