import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readSqliteUrl } from '../connect/sqlite-url.js';
import { shownUrl } from '../core/errors/shown.js';
import type { Options } from './options.js';
import { Refusal } from './refusal.js';
import type { Terminal } from './terminal.js';

/** A parsed store URL: `sqlite`, and the folder with the files; or another scheme. */
export interface StoreUrl {
  readonly scheme: string;
  readonly path: string;
  /** The URL to connect to, with an absolute path. */
  readonly url: string;
  /** The URL without possible secrets. */
  readonly shown: string;
}

/**
 * The URL of `--store`, otherwise of `$ANYWISE_STORE`, otherwise the folder in which services in development keep their
 * stores. A relative path in `--store` starts here; in the others it starts in the workspace, as it does for services.
 */
export function findStoreUrl({ store }: Pick<Options, 'store'>, { cwd, env }: Pick<Terminal, 'cwd' | 'env'>): StoreUrl {
  if (store !== undefined) return readUrl(store, cwd);
  const { ANYWISE_STORE: preset = '' } = env;
  return readUrl(preset === '' ? 'sqlite:.anywise' : preset, findWorkspace(cwd));
}

function readUrl(url: string, base: string): StoreUrl {
  // Two letters at least: `C:\data` is a path.
  const [, scheme = '', path = '', parameters = ''] = /^([a-z][a-z\d+.-]+):([^?]*)(.*)$/is.exec(url) ?? [];
  if (scheme === '' || url.toLowerCase() === 'sqlite:') {
    // It is not repeated, because it may contain a password.
    throw new Refusal(
      2,
      'The URL of the store is not of the form `<scheme>:<where>`. Name one such as `sqlite:.anywise`.',
    );
  }
  if (scheme.toLowerCase() !== 'sqlite') return { scheme: scheme.toLowerCase(), path, url, shown: shownUrl(url) };
  // What is wrong with a path has to be found as it was written.
  readSqliteUrl(url);
  const folder = resolve(base, path);
  return { scheme: 'sqlite', path: folder, url: `sqlite:${folder}${parameters}`, shown: `sqlite:${folder}` };
}

/** The folder of the workspace around a folder, or the folder itself. */
export function findWorkspace(folder: string): string {
  for (let candidate = folder; ; candidate = dirname(candidate)) {
    if (existsSync(join(candidate, 'pnpm-workspace.yaml'))) return candidate;
    if (dirname(candidate) === candidate) return folder;
  }
}
