import { expect, it } from '@jest/globals';
import { postgresStore } from '../postgres/index.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { runHere } from '../test-support/cli.js';

const call = (line: string, service: string) =>
  runHere([...line.split(' '), '--store', testPostgresUrl, '--service', service]);

describeWithPostgres('a store in PostgreSQL', () => {
  it('is found by its service, and worked on', () =>
    inTestSchemas(async (schema) => {
      const service = schema('orders');
      const store = postgresStore({ url: testPostgresUrl, schema: service });
      await store.check();
      const json = JSON.stringify(testEnvelope({ id: 'm-1', data: { amount: 'many' } }));
      await store.inbox.add([
        testEntry({ id: 'm-1', json, error: 'broken' }),
        testEntry({ id: 'm-2', error: 'broken' }),
      ]);
      await store.close();

      const { exitCode, output } = await call('dead-letters list --id m-1 --json', service);
      expect({ exitCode, ...JSON.parse(output) }).toMatchObject({
        exitCode: 0,
        service,
        deadLetters: [{ id: 'm-1', error: 'broken', envelope: { data: { amount: 'many' } } }],
      });
      await expect(call('dead-letters edit --id m-1 --data {"amount":5} --replay', service)).resolves.toMatchObject({
        output: 'Edited `m-1` of `listener`, and replayed it.\n',
      });
      await expect(call('dead-letters discard --id m-2 --yes', service)).resolves.toMatchObject({ exitCode: 0 });
      const { output: status } = await call('inbox status --json', service);
      expect(JSON.parse(status)).toMatchObject({ waiting: { count: 1 }, dead: { count: 0 } });
    }));

  it('is the one in the schema that the URL names, and none is made there', () =>
    inTestSchemas(async (schema) => {
      const [there, missing] = [schema('there'), schema('missing')];
      const store = postgresStore({ url: testPostgresUrl, schema: there });
      await store.check();
      await store.close();
      const status = (name: string, ...args: string[]) =>
        runHere(['inbox', 'status', '--store', `${testPostgresUrl}?schema=${name}`, ...args]);
      await expect(status(there)).resolves.toMatchObject({ exitCode: 0 });
      for (const args of [[], ['--service', there]]) {
        await expect(status(missing, ...args)).resolves.toMatchObject({ exitCode: 3, output: '' });
      }
      await expect(call('inbox status', missing)).resolves.toMatchObject({ exitCode: 3, output: '' });
    }));

  it('is not created if it does not exist', () =>
    inTestSchemas(async (schema) => {
      const service = schema('nobody');
      for (let time = 1; time <= 2; time++) {
        await expect(call('inbox status', service)).resolves.toMatchObject({
          exitCode: 3,
          output: '',
          errors: expect.stringContaining('has no store'),
        });
      }
    }));
});

it('a database that cannot be reached has its own exit code', async () => {
  const { exitCode, errors } = await runHere(['inbox', 'status', '--store', 'postgres://user:secret@127.0.0.1:1/shop']);
  expect(exitCode).toBe(3);
  expect(errors).toMatch(/^The PostgreSQL database `127\.0\.0\.1:1\/shop` cannot be used/);
  expect(errors).not.toContain('secret');
});
