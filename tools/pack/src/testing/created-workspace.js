import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { run } from './run.js';

/**
 * What a stranger does with `npm create anywise`, from the tarballs alone.
 *
 * @param {string} folder where to work
 * @param {{ packageManager: string, packages: readonly string[], tarballOf: (name: string) => string }} options
 */
export function describeCreatedWorkspace(folder, { packageManager, packages, tarballOf }) {
  const root = join(folder, 'my-shop');
  const env = { npm_config_yes: 'true', CI: 'true', TURBO_TELEMETRY_DISABLED: '1', ANYWISE_TEST_SERVERS: '0' };
  /** @param {readonly string[]} args */
  const pnpm = (...args) => run('npx', [packageManager, ...args], { cwd: root, env });

  describe('a new workspace', () => {
    it('is made by one command, and installed', () => {
      const create = ['exec', '--offline', `--package=${tarballOf('create-anywise')}`, '--', 'create-anywise'];
      const told = run('npm', [...create, 'my-shop', '--no-install'], { cwd: folder, env });
      expect(told).toContain('`my-shop` is there');

      // What has not been published yet.
      const settings = join(root, 'pnpm-workspace.yaml');
      const text = readFileSync(settings, 'utf8');
      const overrides = packages.map((name) => `  '${name}': file:${tarballOf(name)}\n`).join('');
      writeFileSync(settings, text.replace('overrides:\n', `overrides:\n${overrides}`));
      pnpm('install', '--prefer-offline', '--no-frozen-lockfile');
    }, 300_000);

    it('grows by a slice', () => {
      const told = pnpm('-s', 'new:slice', 'shipping');
      expect(told).toContain('test --filter=@my-shop/shipping');
      expect(told).toContain('"@my-shop/shipping": "workspace:*"');
    }, 120_000);

    it('lints and compiles, and passes its tests', () => {
      // Those of the other slices are the same as here, where they run anyway.
      const tested = ['contracts', 'shipping'].map((name) => `--filter=@my-shop/${name}`);
      for (const told of [pnpm('lint'), pnpm('typecheck'), pnpm('test', ...tested)]) {
        expect(told).toMatch(/ Tasks: +(\d+) successful, \1 total/);
      }
    }, 900_000);

    it('refuses an import from one slice to another', () => {
      const file = join(root, 'services/orders/src/main.ts');
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, `${text}import '@my-shop/payments/app';\n`);
      try {
        expect(() => run('npx', ['eslint', 'services/orders/src/main.ts'], { cwd: root, env })).toThrow(
          'Share a message through `@my-shop/contracts`',
        );
      } finally {
        writeFileSync(file, text);
      }
    }, 180_000);

    it('runs, takes a request, and ends on Ctrl-C', async () => {
      const [orders, payments, shipping] = await freePorts(3);
      const ports = { ORDERS_PORT: orders, PAYMENTS_PORT: payments, SHIPPING_PORT: shipping, DASHBOARD_PORT: '0' };
      const dev = spawn('npx', [packageManager, 'dev'], {
        cwd: root,
        env: { ...process.env, ...env, ...ports, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let output = '';
      for (const stream of [dev.stdout, dev.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
      const ended = once(dev, 'close');
      try {
        await until(
          () => output.includes('Everything is ready.'),
          () => output,
        );
        const token = pnpm('-s', 'dev:token', 'ada').trim();
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ customerId: 'c-1', amount: 1250, currency: 'EUR' });
        const placed = await globalThis.fetch(`http://127.0.0.1:${orders}/orders`, { method: 'POST', headers, body });
        expect(placed.status).toBe(201);
        const { orderId } = /** @type {{ orderId: string }} */ (await placed.json());
        // The new slice has heard of it.
        await until(
          async () => {
            const answer = await globalThis.fetch(`http://127.0.0.1:${shipping}/shipping`, { headers });
            return (await answer.text()).includes(orderId);
          },
          () => output,
        );
        // The dashboard reads the code of this workspace too.
        const [, page = ''] = /dashboard +(http:\S+)/.exec(output) ?? [];
        await until(
          async () => {
            const answer = await globalThis.fetch(`${page}/catalog?type=payments.payment-created`);
            return /publishes it[^]*?services\/payments\/src\/create-payment\/handler\.ts:\d+/.test(
              await answer.text(),
            );
          },
          () => output,
        );
      } finally {
        process.kill(-Number(dev.pid), 'SIGINT');
        await ended;
      }
      await expect(globalThis.fetch(`http://127.0.0.1:${orders}/health/live`)).rejects.toThrow();
    }, 300_000);
  });
}

/** @param {number} count @returns {Promise<string[]>} */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => String(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
  for (const server of servers) server.close();
  return ports;
}

/** @param {() => boolean | Promise<boolean>} holds @param {() => string} shown what to show if it never does */
async function until(holds, shown) {
  const deadline = Date.now() + 90_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited for 90 s:\n${shown()}`);
    await setTimeout(100);
  }
}
