import { startBroker, type Broker } from '../brokers/broker.js';
import type { BrokerKind } from '../brokers/server.js';
import type { Bus, Databases, StoreKind } from './databases.js';
import type { PostgresServer } from './postgres-server.js';
import { postgresDatabases } from './postgres.js';
import { sqliteDatabases } from './sqlite.js';

export type TransportKind = StoreKind | BrokerKind;

/**
 * Opens new databases.
 *
 * @param over what messages travel over: a broker that others use too, or one of this kind that ends with the databases.
 * @defaultValue the same databases
 * @param own a PostgreSQL server that ends with the databases. @defaultValue the one for tests
 */
export async function openDatabases(
  store: StoreKind,
  over: TransportKind | Broker = store,
  own?: PostgresServer,
): Promise<Databases> {
  const databases = await (own === undefined ? openStore(store) : postgresDatabases(own));
  if (over === store) return databases;
  try {
    return connected(databases, await openBus(over));
  } catch (error) {
    await databases[Symbol.asyncDispose]();
    throw error;
  }
}

async function openStore(kind: StoreKind): Promise<Databases> {
  return kind === 'sqlite' ? sqliteDatabases() : postgresDatabases();
}

async function openBus(over: TransportKind | Broker): Promise<Bus> {
  if (over === 'sqlite' || over === 'postgres') return openStore(over);
  if (typeof over === 'object') return over.newBus();
  const broker = await startBroker(over);
  return { ...broker.newBus(), [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() };
}

/** These databases, between which messages travel over this bus. */
function connected(databases: Databases, bus: Bus): Databases {
  const { transportUrl, server } = bus;
  return {
    ...databases,
    transportUrl,
    intoLog: (...message) => bus.intoLog(...message),
    ...(server !== undefined && { server }),
    cuts: [...databases.cuts, ...bus.cuts],
    faults: async () => [...(await databases.faults()), ...(await bus.faults())],
    keep: () => `${databases.keep()} and ${bus.keep()}`,
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]();
      await databases[Symbol.asyncDispose]();
    },
  };
}
