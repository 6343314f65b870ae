import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** The least important lines that are written; `silent` writes none. */
export type LogLevel = (typeof logLevels)[number];

/** What a service needs to know before it can start. */
export interface ServiceConfig {
  readonly slice: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on. */
  readonly host: string;
  readonly transportUrl: string;
  readonly storeUrl: string;
  readonly authSecret: string;
  readonly logLevel: LogLevel;
}

/** One variable that is wrong. */
export interface ConfigProblem {
  readonly variable: string;
  readonly wrong: string;
  readonly remedy: string;
}

/** Everything that is wrong with the configuration, so that one start tells all. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, wrong, remedy }) => `\`${variable}\` ${wrong}: ${remedy}.`).join('\n'));
  }
}

/** Known to everybody who reads this file, hence refused in production. */
export const devAuthSecret = 'anywise-development-secret-never-use-it-in-production';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the readers share. One that finds a problem notes it and goes on with a default, so that the others run as well. */
interface Reading {
  readonly env: Environment;
  readonly problems: ConfigProblem[];
}

interface Manifest {
  readonly name?: string;
  readonly anywise?: { readonly port?: number };
}

/**
 * Reads a service's configuration from its package.json and the environment.
 *
 * @param manifest the service's package.json: `new URL('../package.json', import.meta.url)`, from `src` and `dist` alike.
 * @throws ConfigError naming every variable that is wrong and what to set it to.
 */
export function readConfig(manifest: URL | string, env: Environment = process.env): ServiceConfig {
  const file = manifest instanceof URL ? fileURLToPath(manifest) : manifest;
  const folder = dirname(resolve(file));
  const { name, anywise } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const slice = basename(name ?? folder);
  const workspace = findWorkspace(folder);

  const reading: Reading = { env, problems: [] };
  const config: ServiceConfig = {
    slice,
    port: readPort(slice, anywise?.port, reading),
    host: present(env.ANYWISE_HOST) ?? '127.0.0.1',
    transportUrl: readUrl('ANYWISE_TRANSPORT', 'sqlite:.anywise/bus.db', workspace, reading),
    storeUrl: readUrl('ANYWISE_STORE', 'sqlite:.anywise', workspace, reading),
    authSecret: readSecret(reading),
    logLevel: readLogLevel(reading),
  };
  if (reading.problems.length > 0) throw new ConfigError(reading.problems);
  return config;
}

/** Reads `AUTH_SECRET` alone, by the same rules as {@link readConfig}. */
export function readAuthSecret(env: Environment = process.env): string {
  const reading: Reading = { env, problems: [] };
  const secret = readSecret(reading);
  if (reading.problems.length > 0) throw new ConfigError(reading.problems);
  return secret;
}

function findWorkspace(folder: string): string {
  let candidate = folder;
  while (!existsSync(join(candidate, 'pnpm-workspace.yaml'))) {
    const parent = dirname(candidate);
    if (parent === candidate) return folder;
    candidate = parent;
  }
  return candidate;
}

function readPort(slice: string, preset: number | undefined, { env, problems }: Reading): number {
  const variable = portVariable(slice);
  const value = present(env[variable]) ?? preset;
  const port = /^\d{1,5}$/.test(String(value)) ? Number(value) : Infinity;
  if (port <= 65535) return port;
  problems.push({
    variable,
    wrong: value === undefined ? 'is not set, nor a port in package.json' : `is \`${value}\``,
    remedy: 'set it to an integer from 0 to 65535',
  });
  return 0;
}

/** The variable that sets a service's port: `LATE_FEES_PORT` for `late-fees`. */
export function portVariable(slice: string): string {
  return `${slice.toUpperCase().replaceAll('-', '_')}_PORT`;
}

function readUrl(variable: string, preset: string, workspace: string, { env, problems }: Reading): string {
  const url = present(env[variable]) ?? preset;
  // Two letters at least: `C:\data` is a path. The value is not shown, as there may be a password in it.
  if (!/^[a-z][a-z\d+.-]+:/i.test(url)) {
    problems.push({ variable, wrong: 'does not read `<scheme>:…`', remedy: `set it to a URL such as \`${preset}\`` });
  }
  if (!url.startsWith('sqlite:')) return url;
  const path = url.slice('sqlite:'.length);
  if (path === '') problems.push({ variable, wrong: 'names no path', remedy: `set it to, say, \`${preset}\`` });
  // The services of one workspace share these files, whatever folder each was started in.
  return `sqlite:${resolve(workspace, path)}`;
}

function readSecret({ env, problems }: Reading): string {
  const variable = 'AUTH_SECRET';
  const secret = present(env[variable]);
  if (env.NODE_ENV !== 'production') return secret ?? devAuthSecret;

  const wrong = weakness(secret);
  const remedy = 'set it to a random secret of at least 32 bytes, such as `openssl rand -base64 32` prints';
  if (wrong !== undefined) problems.push({ variable, wrong, remedy });
  return secret ?? devAuthSecret;
}

function weakness(secret: string | undefined): string | undefined {
  if (secret === undefined) return 'is not set, which production demands';
  if (secret === devAuthSecret) return 'is the secret for development, which everybody knows';
  const bytes = Buffer.byteLength(secret);
  return bytes < 32 ? `is only ${bytes} bytes long` : undefined;
}

function readLogLevel({ env, problems }: Reading): LogLevel {
  const value = present(env.LOG_LEVEL) ?? 'info';
  const level = logLevels.find((known) => known === value);
  if (level !== undefined) return level;
  problems.push({
    variable: 'LOG_LEVEL',
    wrong: `is \`${value}\``,
    remedy: `set it to one of ${logLevels.map((known) => `\`${known}\``).join(', ')}`,
  });
  return 'info';
}

/** `NAME=` in a shell or an env file means "not set". */
function present(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
