import { join } from 'node:path';
import type { Migration, PendingMigrations } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import type { Topology } from '../core/ports/topology.js';
import type { Transport } from '../core/ports/transport.js';
import { readNatsUrl } from './nats-url.js';
import { readRabbitmqUrl } from './rabbitmq-url.js';
import { readPostgresUrl } from './postgres-url.js';
import { readSqliteUrl } from './sqlite-url.js';

/** What every store is told beside its URL. */
export interface ConnectStoreOptions {
  /** The service's name: each service keeps its own data. */
  readonly name: string;
  /** The service's own tables. @defaultValue none */
  readonly migrations?: readonly Migration[];
}

/** The store and the transport of one URL scheme. Adapters are loaded on demand. */
export interface Scheme {
  /** An example of such a URL. */
  readonly example: string;
  readonly store?: (url: string, options: ConnectStoreOptions) => Promise<Store>;
  /** What the store of a service would migrate if it were opened. Absent if a store keeps nothing. */
  readonly pending?: (url: string, name: string) => Promise<PendingMigrations>;
  readonly transport?: (url: string) => Promise<Transport>;
  /** Absent if the transport makes what it needs itself. */
  readonly topology?: (url: string) => Promise<Topology>;
}

const memory: Scheme = {
  example: 'memory:',
  async store() {
    const { memoryStore } = await import('../memory/index.js');
    return memoryStore();
  },
  async transport() {
    const { memoryBroker } = await import('../memory/index.js');
    return memoryBroker().connect();
  },
};

const sqlite: Scheme = {
  example: 'sqlite:<path>',
  async store(url, { name, migrations = [] }) {
    const { path, synchronous } = readSqliteUrl(url);
    const { sqliteStore } = await import('../sqlite/index.js');
    return sqliteStore({ path: fileIn(path, name), migrations, synchronous });
  },
  async pending(url, name) {
    const { pendingMigrations } = await import('../sqlite/pending.js');
    return pendingMigrations(fileIn(readSqliteUrl(url).path, name));
  },
  async transport(url) {
    const options = readSqliteUrl(url);
    const { sqliteTransport } = await import('../sqlite/index.js');
    return sqliteTransport(options);
  },
};

function fileIn(folder: string, name: string): string {
  return join(folder, `${name}.db`);
}

const postgres: Scheme = {
  example: 'postgres://<host>/<database>',
  async store(url, { name, migrations = [] }) {
    const { schema = name, maxMessageBytes: _bytes, ...connection } = readPostgresUrl(url);
    const { postgresStore } = await import('../postgres/index.js');
    return postgresStore({ ...connection, schema, migrations });
  },
  async pending(url, name) {
    const { schema = name, maxMessageBytes: _bytes, ...connection } = readPostgresUrl(url);
    const { pendingMigrations } = await import('../postgres/pending.js');
    return pendingMigrations(connection, schema);
  },
  async transport(url) {
    const options = readPostgresUrl(url);
    const { postgresTransport } = await import('../postgres/index.js');
    return postgresTransport(options);
  },
};

const nats: Scheme = {
  example: 'nats://<host>',
  async transport(url) {
    const options = readNatsUrl(url);
    const { natsTransport } = await import('../nats/index.js');
    return natsTransport(options);
  },
  async topology(url) {
    // What is made here is made whatever the services may do, and however large their messages are.
    const { manage: _manage, maxMessageBytes: _bytes, ...options } = readNatsUrl(url);
    const { natsTopology } = await import('../nats/index.js');
    return natsTopology(options);
  },
};

const rabbitmq: Scheme = {
  example: 'amqp://<host>',
  async transport(url) {
    const options = readRabbitmqUrl(url);
    const { rabbitmqTransport } = await import('../rabbitmq/index.js');
    return rabbitmqTransport(options);
  },
  async topology(url) {
    const { manage: _manage, maxMessageBytes: _bytes, ...options } = readRabbitmqUrl(url);
    const { rabbitmqTopology } = await import('../rabbitmq/index.js');
    return rabbitmqTopology(options);
  },
};

export const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['sqlite', sqlite],
  ['postgres', postgres],
  ['postgresql', postgres],
  ['nats', nats],
  ['tls', nats],
  ['amqp', rabbitmq],
  ['amqps', rabbitmq],
  ['memory', memory],
]);
