import { expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import { Anywise } from '../core/bus/anywise.js';
import { expectLateStart } from '../test-support/late-transport.js';
import { freePort } from '../test-support/free-port.js';
import { silent, startBus } from '../test-support/start-bus.js';
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { openWire, type Wire } from '../test-support/wire.js';
import { eventually } from '../testing/eventually.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

function at(place: Partial<Pick<URL, 'host' | 'username' | 'pathname'>>): string {
  return Object.assign(new URL(testPostgresUrl), place).href;
}

describeWithPostgres('a PostgreSQL server', () => {
  it('that is there only after the services gets what they have published meanwhile', () =>
    inTestSchemas(async (schema) => {
      const port = await freePort();
      const url = at({ host: `127.0.0.1:${port}` });
      let wire: Wire | undefined;
      await expectLateStart(
        () => postgresTransport({ url, schema: schema('bus') }),
        async () => void (wire = await openWire(new URL(testPostgresUrl).host, port)),
      );
      await wire?.[Symbol.asyncDispose]();
    }));

  it.each([
    ['has no such database', () => at({ pathname: '/no_such_database' }), 'database "no_such_database" does not exist'],
    ['has no such user', () => at({ username: 'no_such_user' }), 'no_such_user'],
  ])('that %s stops the start, as waiting does not help', async (_why, url, text) => {
    const started = startBus({ transport: postgresTransport({ url: url() }) });
    await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    expect(await started.catch(errorText)).toContain(text);
    const check = postgresStore({ url: url(), schema: 'test' }).check();
    await expect(check).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
  });

  it('whose migration waits for another process is left when the bus is stopped', () =>
    inTestSchemas((schema) =>
      withTestDatabase(async (database) => {
        const other = await database.begin('BEGIN');
        const text = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
        await other.query({ text }, `anywise-migrate:${schema('late')}`);
        const store = postgresStore({ url: testPostgresUrl, schema: schema('late') });
        const bus = new Anywise({ name: 'late', store, logger: silent });
        const started = bus.start().catch((error: unknown) => error);
        await eventually(async () => {
          const waiting = { text: "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted" };
          expect((await database.query(waiting)).rows).not.toEqual([]);
        });
        await bus.stop({ timeoutMs: 100 });
        expect(await started).toMatchObject({ code: 'NOT_RUNNING' });
        // It lets go of the server although the lock is still taken.
        await store.close();
        await other.rollback();
      }),
    ));
});
