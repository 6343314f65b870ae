import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError, devAuthSecret, readAuthSecret, readConfig } from './config.js';

let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'anywise-config-'));
  writeFileSync(join(workspace, 'pnpm-workspace.yaml'), '');
});

afterEach(() => rmSync(workspace, { recursive: true }));

function manifest(folder: string, content: object): string {
  mkdirSync(join(workspace, folder), { recursive: true });
  const file = join(workspace, folder, 'package.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function payments(): string {
  return manifest('services/payments', { name: '@anywise/payments', anywise: { port: 3001 } });
}

function complaintsOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the configuration', () => {
  it('needs nothing but the manifest in development', () => {
    expect(readConfig(pathToFileURL(payments()), {})).toEqual({
      slice: 'payments',
      port: 3001,
      host: '127.0.0.1',
      transportUrl: `sqlite:${workspace}/.anywise/bus.db`,
      storeUrl: `sqlite:${workspace}/.anywise`,
      authSecret: devAuthSecret,
      logLevel: 'info',
    });
  });

  it('comes from the environment where that says something', () => {
    const env = {
      PAYMENTS_PORT: '0',
      ANYWISE_HOST: '0.0.0.0',
      ANYWISE_TRANSPORT: 'memory:',
      ANYWISE_STORE: 'postgres://localhost/anywise',
      AUTH_SECRET: 'mine',
      LOG_LEVEL: 'debug',
    };
    expect(readConfig(payments(), env)).toEqual({
      slice: 'payments',
      port: 0,
      host: '0.0.0.0',
      transportUrl: 'memory:',
      storeUrl: 'postgres://localhost/anywise',
      authSecret: 'mine',
      logLevel: 'debug',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const env = { PAYMENTS_PORT: '', ANYWISE_TRANSPORT: '', ANYWISE_STORE: '', AUTH_SECRET: '', LOG_LEVEL: '' };
    expect(readConfig(payments(), env)).toEqual(readConfig(payments(), {}));
  });

  it('names the port after the slice, words joined by an underscore', () => {
    const lateFees = manifest('services/late-fees', { name: '@anywise/late-fees' });
    expect(readConfig(lateFees, { LATE_FEES_PORT: '3003' })).toMatchObject({ slice: 'late-fees', port: 3003 });
  });

  it('calls the slice like its folder when the package has no name', () => {
    expect(readConfig(manifest('services/refunds', { anywise: { port: 3004 } }), {}).slice).toBe('refunds');
  });

  it('resolves a relative SQLite path against the workspace, wherever the process was started', () => {
    const env = { ANYWISE_TRANSPORT: 'sqlite:data/bus.db', ANYWISE_STORE: 'sqlite:/var/lib/anywise' };
    expect(readConfig(payments(), env)).toMatchObject({
      transportUrl: `sqlite:${workspace}/data/bus.db`,
      storeUrl: 'sqlite:/var/lib/anywise',
    });
  });

  it('keeps the files in the service itself when there is no workspace', () => {
    const file = payments();
    rmSync(join(workspace, 'pnpm-workspace.yaml'));
    expect(readConfig(file, {}).storeUrl).toBe(`sqlite:${workspace}/services/payments/.anywise`);
  });

  it('tells all that is wrong at once', () => {
    const env = {
      NODE_ENV: 'production',
      PAYMENTS_PORT: 'http',
      ANYWISE_TRANSPORT: '/tmp/bus.db',
      ANYWISE_STORE: 'sqlite:',
      LOG_LEVEL: 'loud',
    };
    expect(complaintsOf(() => readConfig(payments(), env))).toMatchInlineSnapshot(`
      "\`PAYMENTS_PORT\` is \`http\`: set it to an integer from 0 to 65535.
      \`ANYWISE_TRANSPORT\` does not read \`<scheme>:…\`: set it to a URL such as \`sqlite:.anywise/bus.db\`.
      \`ANYWISE_STORE\` names no path: set it to, say, \`sqlite:.anywise\`.
      \`AUTH_SECRET\` is not set, which production demands: set it to a random secret of at least 32 bytes, such as \`openssl rand -base64 32\` prints.
      \`LOG_LEVEL\` is \`loud\`: set it to one of \`trace\`, \`debug\`, \`info\`, \`warn\`, \`error\`, \`fatal\`, \`silent\`."
    `);
  });

  it.each(['65536', '-1', '3.5', '1e3', ' '])('refuses %j as a port', (port) => {
    expect(complaintsOf(() => readConfig(payments(), { PAYMENTS_PORT: port }))).toMatch('`PAYMENTS_PORT` is');
  });

  it('asks for a port when nobody has given one', () => {
    const file = manifest('services/refunds', { name: '@anywise/refunds' });
    expect(complaintsOf(() => readConfig(file, {}))).toMatchInlineSnapshot(
      `"\`REFUNDS_PORT\` is not set, nor a port in package.json: set it to an integer from 0 to 65535."`,
    );
  });
});

describe('the secret in production', () => {
  const inProduction = (AUTH_SECRET?: string) =>
    complaintsOf(() => readAuthSecret({ NODE_ENV: 'production', AUTH_SECRET }));

  it('is accepted from 32 bytes on', () => {
    expect(inProduction('s'.repeat(32))).toBe('none');
  });

  it('has to be set', () => {
    expect(inProduction()).toMatchInlineSnapshot(
      `"\`AUTH_SECRET\` is not set, which production demands: set it to a random secret of at least 32 bytes, such as \`openssl rand -base64 32\` prints."`,
    );
  });

  it('has to be long, and is not shown', () => {
    expect(inProduction('hunter2')).toMatchInlineSnapshot(
      `"\`AUTH_SECRET\` is only 7 bytes long: set it to a random secret of at least 32 bytes, such as \`openssl rand -base64 32\` prints."`,
    );
  });

  it('has to be a secret', () => {
    expect(inProduction(devAuthSecret)).toMatchInlineSnapshot(
      `"\`AUTH_SECRET\` is the secret for development, which everybody knows: set it to a random secret of at least 32 bytes, such as \`openssl rand -base64 32\` prints."`,
    );
  });
});
