import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { run } from './cli/run.js';
import { shownUrl, shownValue } from './core/errors/shown.js';
import { postgresStore } from './postgres/store.js';
import { postgresTransport } from './postgres/transport.js';
import { sqliteStore } from './sqlite/store.js';
import { sqliteTransport } from './sqlite/transport.js';
import { memoryTerminal } from './test-support/cli.js';
import { inTempFolder } from './testing/temp-folder.js';
import { connectStore, connectTransport } from './connect/connect.js';

/** Ways to write a URL with a password, right and wrong. Nothing listens on port 1. */
const ways: readonly ((password: string) => string)[] = [
  (password) => `postgres://ada:${password}@127.0.0.1:1/shop`,
  (password) => `"postgres://ada:${password}@127.0.0.1:1/shop"`,
  (password) => `'postgres://ada:${password}@127.0.0.1:1/shop'`,
  (password) => ` postgres://ada:${password}@127.0.0.1:1/shop`,
  (password) => `\tpostgres://ada:${password}@127.0.0.1:1/shop\n`,
  (password) => `postgres//ada:${password}@127.0.0.1:1/shop`,
  (password) => `postgres:/ada:${password}@127.0.0.1:1/shop`,
  (password) => `postgres:ada:${password}@127.0.0.1:1/shop`,
  (password) => `postgress://ada:${password}@127.0.0.1:1/shop`,
  (password) => `mysql://ada:${password}@127.0.0.1:1/shop`,
  (password) => `sqlite:postgres://ada:${password}@127.0.0.1:1/shop`,
  (password) => `sqlite://ada:${password}@127.0.0.1:1/shop`,
  (password) => `ada:${password}@127.0.0.1:1/shop`,
  (password) => `//ada:${password}@127.0.0.1:1/shop`,
  (password) => `postgres://ada:${password}@127.0.0.1:port/shop`,
  (password) => `postgres://ada:${password}@127.0.0.1:1:2/shop`,
  (password) => `postgres://ada:${password}@[127.0.0.1/shop`,
  (password) => `postgres://ada:1234/${password}@127.0.0.1:1/shop`,
  (password) => `postgres://ada:1234?${password}@127.0.0.1:1/shop`,
  (password) => `postgres://ada:1234#${password}@127.0.0.1:1/shop`,
  (password) => `postgres://127.0.0.1:1/shop?user=ada&password=${password}`,
  (password) => `postgres://127.0.0.1:1/shop?prepare=false?password=${password}`,
  (password) => `postgres://127.0.0.1:1/shop?maxConnections=5;password=${password}`,
  (password) => `postgres://127.0.0.1:1/shop?maxMessageBytes=2048,password=${password}`,
  (password) => `url=postgres://ada:${password}@127.0.0.1:1/shop`,
  (password) => `host=127.0.0.1 port=1 user=ada password=${password}`,
];

const separators = ['', '@', ':', '/', '?', '#', '[', ']', '%', '\\', ' ', '"', "'", '`', '&', '=', '+', ';', '\0'];

/** Six letters before and after what may break a URL: neither may be seen. */
const passwords = fc
  .tuple(fc.stringMatching(/^Q[a-z]{5}$/), fc.constantFrom(...separators), fc.stringMatching(/^Z[a-z]{5}$/))
  .map(([before, between, after]) => ({ text: before + between + after, parts: [before, after] }));

/** All that an error says, with its causes, as a log or Node itself writes it. */
function saidBy(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true });
}

async function failure(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Everything that anything here says about a URL. */
async function allSaid(url: string, folder: string): Promise<string> {
  const terminal = memoryTerminal('', { cwd: folder });
  const open = async (part: { check(): Promise<void>; close(): Promise<void> }): Promise<void> => {
    try {
      await part.check();
    } finally {
      await part.close();
    }
  };
  const errors = [
    await failure(async () => open(await connectStore(url, { name: 'shop' }))),
    await failure(async () => open(await connectTransport(url))),
    await failure(async () => open(postgresStore({ url, schema: 'shop' }))),
    await failure(async () => open(postgresTransport({ url }))),
    await failure(() => sqliteStore({ path: url })),
    await failure(() => sqliteTransport({ path: url })),
    await failure(() => run(['inbox', 'status', '--store', url], terminal)),
    await failure(() => run(['inbox', 'status', url], terminal)),
    await failure(() => run([url], terminal)),
    await failure(() => run(['outbox', 'parked', `--${url}`], terminal)),
    await failure(() => run(['inbox', 'status'], { ...terminal, env: { ANYWISE_STORE: url } })),
  ];
  const { output, errors: printed } = terminal.read();
  return [...errors.map(saidBy), output, printed, shownUrl(url), shownValue(url)].join('\n');
}

describe('a password in a URL', () => {
  it('is in nothing that is said about it, however the URL is written', () =>
    inTempFolder((folder) =>
      fc.assert(
        fc.asyncProperty(fc.constantFrom(...ways), passwords, async (way, { text, parts }) => {
          const said = await allSaid(way(text), folder);
          for (const part of parts) expect(said).not.toContain(part);
        }),
        { numRuns: 200 },
      ),
    ));
});

describe('a URL as it is shown', () => {
  it.each([
    ['postgres://ada:secret@db:5432/shop?sslmode=require', 'postgres://db:5432/shop'],
    ['POSTGRES://db/shop', 'postgres://db/shop'],
    ['sqlite:/srv/shop?synchronous=full', 'sqlite:/srv/shop'],
    ['memory:', 'memory:'],
    ['nats://ada:secret@host:4222', 'nats://host:4222'],
    ['amqps://ada:secret@host/shop?prefix=a', 'amqps://host/shop'],
    ['postgres://ada:12/34@db/shop', 'postgres:…'],
    ['postgres:ada:secret@db/shop', 'postgres:…'],
    ['sqlite:postgres://ada:secret@db/shop', 'sqlite:…'],
    ['"postgres://ada:secret@db/shop"', '…'],
    ['', '…'],
  ])('`%s` is `%s`', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});
