import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions, text } from '../core/errors/options.js';
import { schemeOf, longestScheme } from '../core/errors/shown.js';
import { migrationsCheck } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import type { Topology } from '../core/ports/topology.js';
import type { Transport } from '../core/ports/transport.js';
import { schemes, type ConnectStoreOptions } from './schemes.js';

/**
 * Creates the store for a URL, loading only its adapter. Opens nothing yet.
 *
 * | URL | store |
 * |---|---|
 * | `sqlite:<folder>` | the file `<folder>/<name>.db`; `?synchronous=full` waits for the disk |
 * | `postgres://…` | the schema `<name>` of a database, or what `?schema=` names; `?maxConnections=` and `?prepare=false` are options of the store |
 * | `memory:` | this process's memory; no tables of its own |
 *
 * @throws SetupError that names every option that cannot be used.
 * @throws AnywiseError (`INVALID_URL`) if no store has this scheme, or the adapter cannot read the URL.
 */
export async function connectStore(url: string, options: ConnectStoreOptions): Promise<Store> {
  checkOptions('`connectStore()`', options, { name: text(), migrations: migrationsCheck }, ['name']);
  const scheme = requiredScheme(url);
  const connect = schemes.get(scheme)?.store;
  if (connect === undefined) throw unsupported('store', scheme);
  return connect(url, options);
}

/**
 * Creates the transport for a URL, loading only its adapter. Opens nothing yet.
 *
 * | URL | transport |
 * |---|---|
 * | `sqlite:<file>` | a file that the services of one machine share; `?synchronous=full` waits for the disk; `?maxMessageBytes=` |
 * | `postgres://…` | the schema `anywise` of a database, or what `?schema=` names; `?maxConnections=`, `?prepare=false` and `?maxMessageBytes=` are options of the transport |
 * | `nats://…` | NATS JetStream, `tls://…` with TLS; `?prefix=`, `?replicas=`, `?manage=false` and `?maxMessageBytes=` are options of the transport |
 * | `amqp://…` | RabbitMQ, `amqps://…` with TLS; the path is the virtual host; `?prefix=`, `?replicas=`, `?manage=false` and `?maxMessageBytes=` are options of the transport |
 * | `memory:` | within this process only |
 *
 * @throws AnywiseError (`INVALID_URL`) if no transport has this scheme, or the adapter cannot read the URL.
 */
export async function connectTransport(url: string): Promise<Transport> {
  const scheme = requiredScheme(url);
  const connect = schemes.get(scheme)?.transport;
  if (connect === undefined) throw unsupported('transport', scheme);
  return connect(url);
}

/**
 * Gives what the transport for a URL needs on its server, to be looked at or made by an administrator. `undefined` for a
 * transport that needs nothing besides a file or a database. `manage` of the URL does not matter here. Opens nothing yet.
 *
 * @throws AnywiseError (`INVALID_URL`) if no transport has this scheme, or the adapter cannot read the URL.
 */
export async function connectTopology(url: string): Promise<Topology | undefined> {
  const scheme = requiredScheme(url);
  const known = schemes.get(scheme);
  if (known?.transport === undefined) throw unsupported('transport', scheme);
  return known.topology?.(url);
}

function requiredScheme(url: string): string {
  const scheme = schemeOf(url);
  if (scheme !== undefined) return scheme;
  throw new AnywiseError('INVALID_URL', 'The URL has no scheme. Write one such as `sqlite:.anywise/bus.db`.');
}

function unsupported(what: 'store' | 'transport', scheme: string): AnywiseError {
  const examples = [...new Set(schemes.values())].flatMap((known) =>
    known[what] === undefined ? [] : [known.example],
  );
  const [last = '', ...others] = examples.map((example) => `\`${example}\``).reverse();
  const known = `${others.reverse().join(', ')} or ${last}`;
  return new AnywiseError(
    'INVALID_URL',
    `No ${what} is known for \`${scheme.slice(0, longestScheme)}:\`. Use ${known}.`,
  );
}
