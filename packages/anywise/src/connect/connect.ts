import { join } from 'node:path';
import { AnywiseError } from '../core/errors/errors.js';
import type { Migration } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import type { Transport } from '../core/ports/transport.js';
import { readPostgresUrl } from './postgres-url.js';

export interface ConnectStoreOptions {
  /** The service's name: each service keeps its data apart. */
  readonly name: string;
  /** The service's own tables. @defaultValue none */
  readonly migrations?: readonly Migration[];
}

/**
 * Makes the store that a URL names, loading only its adapter. Nothing is opened yet.
 *
 * | URL | store |
 * |---|---|
 * | `sqlite:<folder>` | the file `<folder>/<name>.db`; `?synchronous=full` waits for the disk |
 * | `postgres://…` | the schema `<name>` of a database, or what `?schema=` names; `?maxConnections=` and `?prepare=false` are options of the store |
 * | `memory:` | this process's memory; no tables of its own |
 *
 * @throws AnywiseError (`INVALID_URL`) where no store has this scheme.
 */
export async function connectStore(url: string, { name, migrations = [] }: ConnectStoreOptions): Promise<Store> {
  const { scheme, path, synchronous } = parse(url);
  switch (scheme) {
    case 'memory': {
      const { memoryStore } = await import('../memory/index.js');
      return memoryStore();
    }
    case 'sqlite': {
      const { sqliteStore } = await import('../sqlite/index.js');
      return sqliteStore({ path: join(path, `${name}.db`), migrations, synchronous });
    }
    case 'postgres':
    case 'postgresql': {
      const { schema = name, ...connection } = readPostgresUrl(url);
      const { postgresStore } = await import('../postgres/index.js');
      return postgresStore({ ...connection, schema, migrations });
    }
    default:
      throw unsupported('store', scheme);
  }
}

/**
 * Makes the transport that a URL names, loading only its adapter. Nothing is opened yet.
 *
 * | URL | transport |
 * |---|---|
 * | `sqlite:<file>` | a file that the services of one machine share; `?synchronous=full` waits for the disk |
 * | `postgres://…` | the schema `anywise` of a database, or what `?schema=` names; `?maxConnections=` and `?prepare=false` are options of the transport |
 * | `memory:` | within this process only |
 *
 * @throws AnywiseError (`INVALID_URL`) where no transport has this scheme.
 */
export async function connectTransport(url: string): Promise<Transport> {
  const { scheme, path, synchronous } = parse(url);
  switch (scheme) {
    case 'memory': {
      const { memoryBroker } = await import('../memory/index.js');
      return memoryBroker().connect();
    }
    case 'sqlite': {
      const { sqliteTransport } = await import('../sqlite/index.js');
      return sqliteTransport({ path, synchronous });
    }
    case 'postgres':
    case 'postgresql': {
      const { postgresTransport } = await import('../postgres/index.js');
      return postgresTransport(readPostgresUrl(url));
    }
    default:
      throw unsupported('transport', scheme);
  }
}

interface ParsedUrl {
  readonly scheme: string;
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
}

function parse(url: string): ParsedUrl {
  const [, scheme, rest = '', parameters = ''] = /^([a-z][a-z\d+.-]*):([^?]*)\??(.*)$/is.exec(url) ?? [];
  if (scheme === undefined) {
    throw new AnywiseError('INVALID_URL', `\`${url}\` is not a URL. Write one such as \`sqlite:.anywise/bus.db\`.`);
  }
  if (scheme === 'sqlite' && rest === '') {
    throw new AnywiseError('INVALID_URL', '`sqlite:` names no path. Write one such as `sqlite:.anywise/bus.db`.');
  }
  const synchronous = new URLSearchParams(parameters).get('synchronous') ?? 'normal';
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw new AnywiseError('INVALID_URL', `\`synchronous=${synchronous}\` is not known. Use \`normal\` or \`full\`.`);
  }
  return { scheme: scheme.toLowerCase(), path: rest, synchronous };
}

function unsupported(what: string, scheme: string): AnywiseError {
  return new AnywiseError(
    'INVALID_URL',
    `No ${what} is known for \`${scheme}:\`. Use \`sqlite:<path>\`, \`postgres://<host>/<database>\` or \`memory:\`.`,
  );
}
