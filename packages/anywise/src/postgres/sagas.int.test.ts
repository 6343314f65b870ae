import { describeSagas } from '../test-support/saga-suite.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { postgresStore } from './store.js';

describeWithPostgres('sagas over PostgreSQL', () =>
  describeSagas((work) =>
    inTestSchemas((schema) => work(() => postgresStore({ url: testPostgresUrl, schema: schema('sagas') }))),
  ),
);
