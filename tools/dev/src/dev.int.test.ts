import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';

jest.setTimeout(60_000);

const dev = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs `pnpm dev` to its end, and returns its exit code and its output. */
async function run(env: NodeJS.ProcessEnv) {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source', dev, 'services'],
    {
      env: { ...process.env, DASHBOARD_PORT: '0', TODOS_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

it('starts nothing if a port is taken, and says by which process and which variable to change', async () => {
  const squatter = createServer((socket) => void socket.on('error', () => undefined).end('220 mail\r\n'));
  await once(squatter.listen(0, '127.0.0.1'), 'listening');
  const { port } = squatter.address() as AddressInfo;
  const { code, output } = await run({ PAYMENTS_PORT: String(port), ORDERS_PORT: String(port) });
  squatter.close();
  expect(code).toBe(1);
  expect(output.replaceAll(String(port), '<port>')).toMatchInlineSnapshot(`
    "
    \`pnpm dev\` stopped:

      \`PAYMENTS_PORT\`: port <port> is also the port of \`orders\`. Set \`PAYMENTS_PORT\` or \`ORDERS_PORT\` to a free port.
      \`ORDERS_PORT\`: port <port> is taken by a program that does not speak HTTP. Stop it, or set \`ORDERS_PORT\` to a free port.
      \`PAYMENTS_PORT\`: port <port> is taken by a program that does not speak HTTP. Stop it, or set \`PAYMENTS_PORT\` to a free port.
    "
  `);
});

it('starts nothing if the configuration is wrong, and names every variable once', async () => {
  const { code, output } = await run({ ORDERS_PORT: 'many', LOG_LEVEL: 'loud' });
  expect(code).toBe(1);
  expect(output.match(/`LOG_LEVEL`/g)).toHaveLength(1);
  expect(output).toContain('`ORDERS_PORT` is `many`');
});
