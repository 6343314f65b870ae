import { expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import { describeDurableServices } from '../test-support/durable-services.js';
import { describeNested } from '../test-support/nested.js';
import { startBus } from '../test-support/start-bus.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

const url = testPostgresUrl;

describeWithPostgres('over PostgreSQL', () =>
  describeDurableServices({
    inPlace: (work) =>
      inTestSchemas((schema) =>
        work({
          store: (name, migrations) => postgresStore({ url, schema: schema(name), migrations }),
          transport: () => postgresTransport({ url, schema: schema('bus') }),
        }),
      ),
    readOnlyText: 'cannot execute INSERT in a read-only transaction',
    duplicateText: 'duplicate key value violates unique constraint "payment_pkey"',
  }),
);

describeWithPostgres('a part of a message that fails, over PostgreSQL', () =>
  describeNested((work, migrations) =>
    inTestSchemas((schema) => work(postgresStore({ url, schema: schema('shop'), migrations }))),
  ),
);

it.each([
  { what: 'store', parts: (far: string) => ({ store: postgresStore({ url: far, schema: 'test' }) }) },
  { what: 'transport', parts: (far: string) => ({ transport: postgresTransport({ url: far }) }) },
])('a server that cannot be reached is said when the $what is started, without the password', async ({ parts }) => {
  const started = startBus(parts('postgres://ada:secret@127.0.0.1:1/shop'));
  await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(await started.catch(errorText)).toBe(
    'The PostgreSQL database `127.0.0.1:1/shop` cannot be used (connect ECONNREFUSED 127.0.0.1:1). Check that it runs, can be reached, and lets this user in.',
  );
});
