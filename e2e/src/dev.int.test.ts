import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, jest } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { freePort } from './harness/free-port.js';
import { createClient } from './harness/http-client.js';
import { describeOnPostgres } from './databases/each-store.js';
import { findRunning } from './harness/running-processes.js';
import { openShop } from './harness/shop.js';
import { workspace } from './harness/bundle.js';
import { createSystem, type System } from './harness/system.js';

// Each test starts a whole `pnpm dev`, from source.
jest.setTimeout(600_000);

// The pnpm that runs the tests; it may be a script, which only Node can run everywhere.
const pnpm = process.env.npm_execpath ?? '';
const [command, ...script] = /\.[cm]?js$/.test(pnpm) ? [process.execPath, pnpm] : [pnpm];

function whyNot(): string | undefined {
  if (!/pnpm[^/]*$/.test(pnpm)) return 'skipped, as no pnpm runs this';
  if (!existsSync('/proc/self/environ')) return 'skipped, as there is no /proc to find processes in';
  return undefined;
}

const reason = whyNot();
const inDev = reason === undefined ? it : it.skip;
const note = reason === undefined ? '' : ` (${reason})`;

inDev(`shows how to try it, brings back what dies, and leaves nothing running${note}`, async () => {
  await using system = await createSystem();
  const { dev, orders, curl, page } = await startDev(system);
  expect(await (await fetch(page)).text()).not.toContain('cannot be read');
  await eventually(async () => {
    const made = await (await fetch(`${page}/catalog?type=payments.payment-created`)).text();
    expect(made).toMatch(/publishes it.*services\/payments\/src\/create-payment\/handler\.ts/s);
  });
  const { stdout } = await promisify(execFile)('sh', ['-c', curl]);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'placed' });

  const { orderId } = JSON.parse(stdout) as { orderId: string };
  const folder = join(workspace, 'services/orders');
  const find = () =>
    findRunning(system.databases.storeUrl).find((running) => running.folder === folder && isService(running));
  const killed = find();
  if (killed === undefined) throw new Error('Orders is not running.');
  process.kill(killed.pid, 'SIGKILL');
  await eventually(async () => {
    const response = await fetch(`${orders}/orders/${orderId}`, {
      headers: { authorization: authorizationIn(curl) },
    });
    expect(response.status).toBe(200);
  });
  expect(find()?.pid).not.toBe(killed.pid);

  const toldAt = performance.now();
  await dev.kill('SIGINT');
  await eventually(() => expect(findRunning(system.databases.storeUrl)).toEqual([]));
  expect(performance.now() - toldAt).toBeLessThan(15_000);
});

inDev(`ends with the reason where something else takes the port of a service${note}`, async () => {
  await using system = await createSystem();
  const { dev, orders } = await startDev(system);
  const port = new URL(orders).port;
  const [killed] = findRunning(system.databases.storeUrl).filter(
    (running) => running.folder.endsWith('services/orders') && isService(running),
  );
  if (killed === undefined) throw new Error('Orders is not running.');
  process.kill(killed.pid, 'SIGKILL');
  const squatter = createHttpServer((_request, response) => response.end('hello'));
  // The port is free from the end of this process until the next one has started.
  await eventually(async () => {
    squatter.listen(Number(port), '127.0.0.1');
    await once(squatter, 'listening');
  });
  const { code } = await dev.ended;
  squatter.close();
  expect(code).toBe(1);
  expect(dev.stderr).toContain(
    `\n\`pnpm dev\` stopped:\n\n  \`ORDERS_PORT\`: port ${port} is taken by another HTTP server. ` +
      'Stop it, or set `ORDERS_PORT` to a free port.\n',
  );
  // What guards the services outlives turbo for a moment, to kill what turbo may have left.
  await eventually(() => expect(findRunning(system.databases.storeUrl)).toEqual([]));
});

inDev(`does not start beside another that has the same ports${note}`, async () => {
  await using system = await createSystem();
  const { dev, payments, orders } = await startDev(system);
  const ports = { PAYMENTS_PORT: new URL(payments).port, ORDERS_PORT: new URL(orders).port };
  const second = system.run(command, [...script, 'dev'], { ...ports, NO_COLOR: '1' });
  expect(await second.ended).toMatchObject({ code: 1 });
  expect(second.output).not.toContain('Everything is ready.');
  expect(second.stderr).toMatch(
    /`PAYMENTS_PORT`: port \d+ is taken by the service `payments` \(process \d+\)\. Is `pnpm dev` running already\?/,
  );
  await dev.kill('SIGINT');
});

describeOnPostgres('what `pnpm dev` starts', () => {
  inDev(`places an order and starts it when it is paid${note}`, async () => {
    await using system = await createSystem('postgres');
    const { dev, payments, orders } = await startDev(system);
    const client = createClient(system.token);
    const shop = openShop({ client, orders: { url: async () => orders }, payments: { url: async () => payments } });

    const orderId = await shop.place('order');
    const { paymentId } = await shop.pay('payment', orderId);
    await eventually(async () => {
      const answer = await client(orders, { method: 'GET', path: `/orders/${orderId}` });
      expect(answer.body).toMatchObject({ status: 'started', paymentId });
    });
    await dev.kill('SIGINT');
    await eventually(() => expect(findRunning(system.databases.storeUrl)).toEqual([]));
  });
});

/** Resolves when everything is ready and the output shows how to try it. */
async function startDev(system: System) {
  const [payments, orders] = [String(await freePort()), String(await freePort())];
  const dev = system.run(command, [...script, 'dev'], { PAYMENTS_PORT: payments, ORDERS_PORT: orders, NO_COLOR: '1' });
  const page = await dev.find((line) => /^ *dashboard +(http:.*)$/.exec(line)?.[1]);
  const curl = await dev.find((line) => /^ *(curl .*)$/.exec(line)?.[1]);
  return { dev, payments: `http://127.0.0.1:${payments}`, orders: `http://127.0.0.1:${orders}`, curl, page };
}

/** An order can be read by the user who placed it, so by the one in the `curl` that placed it. */
function authorizationIn(curl: string): string {
  return /authorization: (Bearer [\w.-]+)/i.exec(curl)?.[1] ?? '';
}

function isService({ command }: { readonly command: string }): boolean {
  return command.includes('src/main.ts');
}
