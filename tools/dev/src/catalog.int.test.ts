import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { WorkspaceCatalog } from './catalog.js';
import { until } from './testing.js';

jest.setTimeout(120_000);

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

it('has every message of the services, with who makes it, who handles it and which route sends it', async () => {
  await using catalog = new WorkspaceCatalog(workspace);
  expect(catalog.messages).toEqual([]);
  catalog.watch();
  const message = await until('the catalog', () =>
    catalog.messages.find(({ type }) => type === 'payments.create-payment'),
  );
  expect(message).toMatchObject({
    kind: 'command',
    slice: 'payments',
    handlers: [
      {
        service: 'payments',
        source: expect.stringMatching(/^services\/payments\/src\/create-payment\/handler\.ts:\d+$/),
      },
    ],
    routes: [{ service: 'payments', method: 'POST', path: '/payments' }],
  });
  expect(catalog.messages.find(({ type }) => type === 'payments.payment-created')).toMatchObject({
    makers: [
      {
        service: 'payments',
        deed: 'publishes',
        place: expect.stringMatching(/^services\/payments\/src\/create-payment\/handler\.ts:\d+$/),
      },
    ],
    listeners: [{ service: 'orders', name: 'orders/payments.payment-created', runs: 'afterwards' }],
  });
});

it('ends the process that reads the code with itself', async () => {
  const catalog = new WorkspaceCatalog(workspace);
  catalog.watch();
  await until('the process that reads', () => readers().at(0));
  await catalog[Symbol.asyncDispose]();
  expect(readers()).toEqual([]);

  catalog.watch();
  expect(readers()).toEqual([]);
});

function readers(): readonly string[] {
  const processes = execFileSync('ps', ['-A', '-o', 'ppid=,command='], { encoding: 'utf8' }).split('\n');
  const mine = new RegExp(`^\\s*${process.pid}\\s.*catalog-process`);
  return processes.filter((line) => mine.test(line));
}
