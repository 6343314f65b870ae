import { describeProjections } from '../test-support/projection-suite.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { postgresStore } from './store.js';

describeWithPostgres('projections over PostgreSQL', () =>
  describeProjections((work) =>
    inTestSchemas((schema) => work(() => postgresStore({ url: testPostgresUrl, schema: schema('todos') }))),
  ),
);
