import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shownValue } from 'anywise/connect';
import { readAuthentication, type Authentication } from './authentication.js';
import { isDevelopment, modeOf } from './mode.js';
import { readSettings, type Setting, type Settings } from './setting.js';
import { milliseconds, oneOf, present, readAll, readVariable, type Environment, type Reading } from './variable.js';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** The lowest level that is written; `silent` writes nothing. */
export type LogLevel = (typeof logLevels)[number];

/** The configuration of a service. */
export interface ServiceConfig {
  readonly slice: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on. */
  readonly host: string;
  readonly transportUrl: string;
  readonly storeUrl: string;
  readonly auth: Authentication;
  readonly logLevel: LogLevel;
  readonly drain: DrainTimes;
  /** The values of the slice's own variables, by their tokens. */
  readonly settings: Settings;
}

/** How long each step of stopping may take, in milliseconds. */
export interface DrainTimes {
  /** How long `/health/ready` answers 503 while new requests are still served. */
  readonly readinessMs: number;
  /** How long pending requests may take to finish, once the port is closed. */
  readonly httpMs: number;
  /** How long messages in hand may take to finish, after that. */
  readonly busMs: number;
}

interface Manifest {
  readonly name?: string;
  readonly anywise?: { readonly port?: number };
}

/**
 * Reads a service's configuration from its package.json and the environment.
 *
 * @param manifest the service's package.json: `new URL('../package.json', import.meta.url)` in both `src` and `dist`.
 * @param settings the slice's own variables.
 * @throws ConfigError naming every variable that is wrong and what to set it to.
 */
export function readConfig(
  manifest: URL | string,
  env: Environment = process.env,
  settings: readonly Setting[] = [],
): ServiceConfig {
  const file = manifest instanceof URL ? fileURLToPath(manifest) : manifest;
  const folder = dirname(resolve(file));
  const { name, anywise } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const slice = basename(name ?? folder);
  const workspace = findWorkspace(folder);
  const host = readHost(env);

  return readAll(env, (reading) => ({
    slice,
    port: readPort(slice, anywise?.port, reading),
    host,
    transportUrl: readUrl('ANYWISE_TRANSPORT', 'sqlite:.anywise/bus.db', workspace, reading),
    storeUrl: readUrl('ANYWISE_STORE', 'sqlite:.anywise', workspace, reading),
    auth: readAuthentication(host, reading),
    logLevel: readVariable(oneOf('LOG_LEVEL', logLevels, 'info'), reading) ?? 'info',
    drain: readDrainTimes(reading),
    settings: readSettings(settings, reading),
  }));
}

/** Reads only how bearer tokens are checked, by the same rules as {@link readConfig}. */
export function readAuth(env: Environment = process.env): Authentication {
  return readAll(env, (reading) => readAuthentication(readHost(env), reading));
}

function readHost(env: Environment): string {
  return present(env.ANYWISE_HOST) ?? '127.0.0.1';
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
    wrong: value === undefined ? 'is not set, nor a port in package.json' : `is \`${shownValue(String(value))}\``,
    remedy: 'set it to an integer from 0 to 65535',
  });
  return 0;
}

/** The variable that sets a service's port: `LATE_FEES_PORT` for `late-fees`. */
export function portVariable(slice: string): string {
  return `${slice.toUpperCase().replaceAll('-', '_')}_PORT`;
}

function readUrl(variable: string, preset: string, workspace: string, { env, problems }: Reading): string {
  const text = present(env[variable]);
  if (text === undefined && !isDevelopment(env)) {
    problems.push({
      variable,
      // The default is beside the code, where a deployment loses its files.
      wrong: `is not set, which ${modeOf(env)} demands`,
      remedy: `set it to where data lasts, such as \`postgres://…\` or \`${preset.replace('.anywise', '/var/lib/anywise')}\``,
    });
  }
  const url = text ?? preset;
  // Two letters at least: `C:\data` is a path. The value is not shown, because it may contain a password.
  if (!/^[a-z][a-z\d+.-]+:/i.test(url)) {
    problems.push({
      variable,
      wrong: 'is not of the form `<scheme>:…`',
      remedy: `set it to a URL such as \`${preset}\``,
    });
  }
  if (!/^sqlite:/i.test(url)) return url;
  const path = url.slice('sqlite:'.length);
  if (/^(?:\?|$)/.test(path))
    problems.push({ variable, wrong: 'names no path', remedy: `set it to, say, \`${preset}\`` });
  // The services of one workspace share these files, whatever folder each was started in. Anything but a
  // relative path, such as one with two slashes, stays as it is for `connectStore` to read.
  return isAbsolute(path) ? `sqlite:${path}` : `sqlite:${resolve(workspace, path)}`;
}

/** In total, with 3 s for the outbox, less than the 30 s after which Kubernetes kills. */
function readDrainTimes(reading: Reading): DrainTimes {
  const read = (name: string, preset: number) => readVariable(milliseconds(name, preset), reading) ?? preset;
  return {
    // In development there is no load balancer.
    readinessMs: read('READINESS_DRAIN_MS', isDevelopment(reading.env) ? 0 : 5_000),
    httpMs: read('HTTP_DRAIN_MS', 15_000),
    busMs: read('BUS_DRAIN_MS', 5_000),
  };
}
