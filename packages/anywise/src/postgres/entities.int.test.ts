import { describeEntities } from '../test-support/entity-suite.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { postgresStore } from './store.js';

describeWithPostgres('entities over PostgreSQL', () =>
  describeEntities((work) =>
    inTestSchemas((schema) => work(() => postgresStore({ url: testPostgresUrl, schema: schema('todos') }))),
  ),
);
