import { expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import { describeDurableServices } from '../test-support/durable-services.js';
import { describeNested } from '../test-support/nested.js';
import { silent, startBus } from '../test-support/start-bus.js';
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

const awayText =
  'The PostgreSQL database `127.0.0.1:1/shop` cannot be used (connect ECONNREFUSED 127.0.0.1:1). Check that it runs, can be reached, and lets this user in.';

it('a server that cannot be reached is said when the store is started, without the password', async () => {
  const started = startBus({ store: postgresStore({ url: 'postgres://ada:secret@127.0.0.1:1/shop', schema: 'test' }) });
  await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  expect(await started.catch(errorText)).toBe(awayText);
});

it('a server that cannot be reached does not keep a bus with this transport from starting', async () => {
  const errors: unknown[] = [];
  const logger = { ...silent, warn: (details: object) => errors.push((details as { err: unknown }).err) };
  const transport = postgresTransport({ url: 'postgres://ada:secret@127.0.0.1:1/shop' });
  await using bus = await startBus({ transport, logger });
  expect(errors.map(errorText)).toEqual([awayText]);
  expect(await bus.check()).toEqual(['the transport cannot be used']);
});
