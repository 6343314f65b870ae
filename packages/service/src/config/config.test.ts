import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { token } from 'anywise';
import { devAuthSecret } from './authentication.js';
import { readConfig } from './config.js';
import { setting } from './setting.js';
import { ConfigError } from './variable.js';

const mine = 'a secret of at least thirty-two bytes';
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
      auth: { kind: 'secret', secret: devAuthSecret },
      logLevel: 'info',
      drain: { readinessMs: 0, httpMs: 15_000, busMs: 5_000 },
      settings: new Map(),
    });
  });

  it('comes from the environment where that says something', () => {
    const env = {
      PAYMENTS_PORT: '0',
      ANYWISE_HOST: '0.0.0.0',
      ANYWISE_TRANSPORT: 'memory:',
      ANYWISE_STORE: 'postgres://localhost/anywise',
      AUTH_SECRET: mine,
      AUTH_ISSUER: 'https://auth.example.com',
      AUTH_AUDIENCE: 'shop',
      LOG_LEVEL: 'debug',
      READINESS_DRAIN_MS: '7000',
      HTTP_DRAIN_MS: '60000',
      BUS_DRAIN_MS: '0',
    };
    expect(readConfig(payments(), env)).toEqual({
      slice: 'payments',
      port: 0,
      host: '0.0.0.0',
      transportUrl: 'memory:',
      storeUrl: 'postgres://localhost/anywise',
      auth: { kind: 'secret', secret: mine, issuer: 'https://auth.example.com', audience: 'shop' },
      logLevel: 'debug',
      drain: { readinessMs: 7_000, httpMs: 60_000, busMs: 0 },
      settings: new Map(),
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

  it('names the slice after its folder when the package has no name', () => {
    expect(readConfig(manifest('services/refunds', { anywise: { port: 3004 } }), {}).slice).toBe('refunds');
  });

  it('resolves a relative SQLite path against the workspace, in whatever folder the process was started', () => {
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

  it('tells all that is wrong at once, with what is wrong with the variables of the slice', () => {
    const tries = setting(token<number>('Tries'), {
      name: 'PAYMENTS_TRIES',
      read: (text) => (/^[1-9]$/.test(text) ? Number(text) : undefined),
      remedy: 'set it to a number from 1 to 9',
    });
    const grace = setting(token<number>('Grace'), {
      name: 'PAYMENTS_GRACE',
      read: Number,
      remedy: 'set it to a number of days',
    });
    const env = {
      NODE_ENV: 'production',
      PAYMENTS_PORT: 'http',
      ANYWISE_TRANSPORT: '/tmp/bus.db',
      ANYWISE_STORE: 'sqlite:',
      LOG_LEVEL: 'loud',
      HTTP_DRAIN_MS: '2s',
      PAYMENTS_TRIES: 'many',
    };
    expect(complaintsOf(() => readConfig(payments(), env, [tries, grace]))).toMatchInlineSnapshot(`
      "\`PAYMENTS_PORT\` is \`http\`: set it to an integer from 0 to 65535.
      \`ANYWISE_TRANSPORT\` is not of the form \`<scheme>:…\`: set it to a URL such as \`sqlite:.anywise/bus.db\`.
      \`ANYWISE_STORE\` names no path: set it to, say, \`sqlite:.anywise\`.
      \`AUTH_SECRET\` is not set, which production demands: set it to a random secret of at least 32 bytes, such as \`openssl rand -base64 32\` prints.
      \`LOG_LEVEL\` is \`loud\`: set it to one of \`trace\`, \`debug\`, \`info\`, \`warn\`, \`error\`, \`fatal\`, \`silent\`.
      \`HTTP_DRAIN_MS\` is \`2s\`: set it to a whole number of milliseconds, at most 2147483647.
      \`PAYMENTS_TRIES\` is \`many\`: set it to a number from 1 to 9.
      \`PAYMENTS_GRACE\` is not set: set it to a number of days."
    `);
  });

  it('shows no value that may have a password in it, nor one that is secret', () => {
    const url = setting(token<string>('Url'), { name: 'WAREHOUSE_URL', read: () => undefined, remedy: 'correct it' });
    const key = { name: 'WAREHOUSE_KEY', read: () => undefined, remedy: 'correct it', isSecret: true };
    const urls = [
      'postgres://ada:hunter2@db/shop',
      '"postgres://ada:hunter2@db/shop"',
      ' postgres//ada:hunter2@db/shop',
    ];
    for (const text of [...urls, 'ada:hunter2', 'host=db password=hunter2']) {
      const env = {
        NODE_ENV: text,
        ANYWISE_HOST: text,
        PAYMENTS_PORT: text,
        ANYWISE_TRANSPORT: `'${text}`,
        LOG_LEVEL: text,
        HTTP_DRAIN_MS: text,
        WAREHOUSE_URL: text,
        WAREHOUSE_KEY: 'hunter2',
      };
      const said = complaintsOf(() => readConfig(payments(), env, [url, setting(token<string>('Key'), key)]));
      expect(said).not.toContain('hunter2');
      expect(said).toContain('`WAREHOUSE_URL` is `…`: correct it.');
      expect(said).toContain('`WAREHOUSE_KEY` is not right: correct it.');
    }
  });

  it('leaves a path alone that is no relative one, so that it is refused where it has two slashes', () => {
    const env = { ANYWISE_TRANSPORT: 'sqlite://data/bus.db', ANYWISE_STORE: 'sqlite:any%20wise' };
    const { transportUrl, storeUrl } = readConfig(payments(), env);
    expect([transportUrl, storeUrl.endsWith('/any%20wise')]).toEqual(['sqlite://data/bus.db', true]);
  });

  it('holds the values of the variables of the slice', () => {
    const Tries = token<number>('Tries');
    const tries = setting(Tries, { name: 'PAYMENTS_TRIES', preset: 3, read: Number, remedy: 'set it to a number' });
    const read = (env: object) => readConfig(payments(), { ...env }, [tries]).settings.get(Tries);
    expect([read({}), read({ PAYMENTS_TRIES: '' }), read({ PAYMENTS_TRIES: '5' })]).toEqual([3, 3, 5]);
  });

  it.each(['production', 'staging', 'Production', 'prod'])(
    'needs a store and a transport where NODE_ENV is %s',
    (NODE_ENV) => {
      const text = complaintsOf(() => readConfig(payments(), { NODE_ENV, AUTH_SECRET: mine }));
      const demands = `is not set, which ${NODE_ENV === 'production' ? NODE_ENV : `\`NODE_ENV=${NODE_ENV}\``} demands`;
      expect(text).toBe(
        `\`ANYWISE_TRANSPORT\` ${demands}: set it to where data lasts, such as \`postgres://…\` or \`sqlite:/var/lib/anywise/bus.db\`.\n` +
          `\`ANYWISE_STORE\` ${demands}: set it to where data lasts, such as \`postgres://…\` or \`sqlite:/var/lib/anywise\`.`,
      );
    },
  );

  it('gives load balancers time to notice that it stops, unless it runs in development', () => {
    const env = { NODE_ENV: 'production', AUTH_SECRET: mine, ANYWISE_STORE: 'memory:', ANYWISE_TRANSPORT: 'memory:' };
    expect(readConfig(payments(), env).drain.readinessMs).toBe(5_000);
    expect(readConfig(payments(), { NODE_ENV: 'test' }).drain.readinessMs).toBe(0);
  });

  it.each(['-1', '1.5', '2s', '1e3', ' ', 'Infinity', 'NaN', '2147483648', '0x10'])(
    'refuses %j as a duration',
    (text) => {
      for (const variable of ['READINESS_DRAIN_MS', 'HTTP_DRAIN_MS', 'BUS_DRAIN_MS']) {
        expect(complaintsOf(() => readConfig(payments(), { [variable]: text }))).toBe(
          `\`${variable}\` is \`${text}\`: set it to a whole number of milliseconds, at most 2147483647.`,
        );
      }
    },
  );

  it.each(['65536', '-1', '3.5', '1e3', ' '])('refuses %j as a port', (port) => {
    expect(complaintsOf(() => readConfig(payments(), { PAYMENTS_PORT: port }))).toMatch('`PAYMENTS_PORT` is');
  });

  it('asks for a port when there is none', () => {
    const file = manifest('services/refunds', { name: '@anywise/refunds' });
    expect(complaintsOf(() => readConfig(file, {}))).toMatchInlineSnapshot(
      `"\`REFUNDS_PORT\` is not set, nor a port in package.json: set it to an integer from 0 to 65535."`,
    );
  });
});
