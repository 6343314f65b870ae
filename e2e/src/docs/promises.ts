import { memoryBroker, memoryStore, type StoreCapabilities, type Transport, type TransportCapabilities } from 'anywise';
import { natsTransport } from 'anywise/nats';
import { postgresStore, postgresTransport } from 'anywise/postgres';
import { rabbitmqTransport } from 'anywise/rabbitmq';
import { sqliteStore, sqliteTransport } from 'anywise/sqlite';
import {
  casesFor,
  storeContract,
  transportContract,
  type StoreCapability,
  type TransportCapability,
} from 'anywise/testing';

/** An adapter, as a column of a table. */
export interface Adapter {
  readonly title: string;
  readonly capabilities: object;
  /** Why it lacks a capability, as a sentence. */
  readonly lacks?: Reasons;
}

/** A case of a contract suite, as a row of a table. */
export interface Promised {
  readonly id: string;
  readonly behaviour: string;
  readonly theme: string;
  readonly needs?: readonly string[];
}

/** What an adapter says of itself, and what its tests add: what is left out it cannot do. */
type Capabilities<Name extends string> = Readonly<Partial<Record<Name, boolean>>>;

/** What a table says where a promise is not made, by the capability that is missing. */
type Reasons = Readonly<Record<string, string>>;

// What says which cases an adapter's own tests run says it here too. Nothing is opened.
const stores: readonly (Adapter & { readonly capabilities: Capabilities<StoreCapability> })[] = [
  {
    title: 'memory',
    capabilities: {
      ...memoryStore().capabilities,
      observable: true,
      keepsEvents: true,
      projects: true,
      keepsSagas: true,
    },
  },
  {
    title: 'SQLite',
    capabilities: {
      ...sqliteStore({ path: 'store.db' }).capabilities,
      canBeDamaged: true,
      observable: true,
      keepsEvents: true,
      projects: true,
      hasTables: true,
      keepsSagas: true,
    },
  },
  {
    title: 'PostgreSQL',
    capabilities: {
      ...postgresStore({ schema: 'service' }).capabilities,
      concurrentTransactions: true,
      keepsEvents: true,
      projects: true,
      hasTables: true,
      keepsSagas: true,
      canBeDamaged: true,
      observable: true,
    },
  },
];
const transports: readonly (Adapter & { readonly capabilities: Capabilities<TransportCapability> })[] = [
  transportColumn('memory', memoryBroker().connect()),
  transportColumn('SQLite', sqliteTransport({ path: 'bus.db' }), { forget: true, foreign: true }),
  transportColumn('PostgreSQL', postgresTransport({}), {
    ...{ restart: true, cut: true, mute: true, outage: true },
    ...{ forget: true, foreign: true },
  }),
  transportColumn('NATS', natsTransport(), {
    ...{ restart: true, cut: true, mute: true, outage: true, full: true, refusal: true },
    ...{ forget: true, foreign: true, stranger: true },
  }),
  transportColumn('RabbitMQ', rabbitmqTransport(), {
    ...{ restart: true, cut: true, mute: true, outage: true, full: true, refusal: true },
    ...{ forget: true, foreign: true, stranger: true },
  }),
];

function transportColumn(
  title: string,
  { capabilities, lacks }: Transport,
  tests: Capabilities<TransportCapability> = {},
): Adapter & { readonly capabilities: Capabilities<TransportCapability> } {
  return { title, capabilities: { ...capabilities, ...tests }, lacks };
}

const storeReasons: Readonly<Record<StoreCapability, string>> = {
  durable: 'no: nothing is kept',
  shared: 'no: the data lives in one process',
  concurrentTransactions: 'cannot happen: one transaction writes at a time',
  keepsEvents: 'no: it has no log',
  projects: 'no: it has no read models',
  hasTables: 'no: it has no tables',
  keepsSagas: 'no: it keeps no sagas',
  canBeDamaged: 'cannot happen: the data lives in one process',
  observable: 'no: tools cannot look into it',
};
const transportReasons: Readonly<Record<Exclude<TransportCapability, keyof TransportCapabilities>, string>> = {
  restart: 'not checked: the tests have no broker to restart',
  cut: 'not checked: the tests have no connection to cut',
  mute: 'not checked: the tests have no connection to mute',
  outage: 'not checked: the tests have no broker that can be away',
  full: 'not checked: the tests have no broker that can be full',
  refusal: 'not checked: the tests have no broker with a password',
  forget: 'cannot happen: no other program can delete anything',
  stranger: 'cannot happen: a message has nothing but a text',
  foreign: 'cannot happen: no other program writes to it',
};

const storeMeanings: Readonly<Record<keyof StoreCapabilities, string>> = {
  durable: "what is committed survives `kill -9` of every process, the database's included",
  shared: 'several processes can open the same data',
};
const transportMeanings: Readonly<Record<keyof TransportCapabilities, string>> = {
  durable: "what is confirmed survives `kill -9` of every process, the broker's included",
  ordered: 'messages with one key arrive in the order in which they were published',
  history: 'a service that subscribes for the first time gets what is still kept',
  acrossProcesses: 'reaches other processes',
  requests: 'carries a request to another service, and its answer back',
};

/** What is generated into `docs/promises.md`, by the names of its markers. */
export function promises(): ReadonlyMap<string, string> {
  return new Map([
    ['store promises', promiseTables(storeContract, stores, storeReasons)],
    ['store capabilities', capabilityTable(storeMeanings, stores, storeReasons)],
    ['transport promises', promiseTables(transportContract, transports, transportReasons)],
    ['transport capabilities', capabilityTable(transportMeanings, transports, transportReasons)],
  ]);
}

/** A table for each theme of a suite. */
export function promiseTables(suite: readonly Promised[], adapters: readonly Adapter[], reasons: Reasons): string {
  const themes = [...new Set(suite.map(({ theme }) => theme))];
  return themes
    .map((theme) => {
      const rows = suite
        .filter((promised) => promised.theme === theme)
        .map((promised) => [
          `\`${promised.id}\``,
          promised.behaviour,
          ...adapters.map((adapter) => answerOf(promised, adapter, reasons)),
        ]);
      return `### ${theme}\n\n${table(['id', 'behaviour', ...adapters.map(({ title }) => title)], rows)}`;
    })
    .join('\n\n');
}

/** The same choice as the adapter's tests make. */
function answerOf(promised: Pick<Promised, 'needs'>, { capabilities, lacks = {} }: Adapter, reasons: Reasons): string {
  if (casesFor([promised], capabilities).length > 0) return 'yes';
  const missing = promised.needs?.find((need) => casesFor([{ needs: [need] }], capabilities).length === 0) ?? '';
  const why = lacks[missing];
  return why === undefined ? (reasons[missing] ?? `no: it has no \`${missing}\``) : `no. ${why}`;
}

function capabilityTable(
  meanings: Readonly<Record<string, string>>,
  adapters: readonly Adapter[],
  reasons: Reasons,
): string {
  const rows = Object.entries(meanings).map(([capability, meaning]) => [
    `\`${capability}\``,
    meaning,
    ...adapters.map((adapter) => answerOf({ needs: [capability] }, adapter, reasons)),
  ]);
  return table(['capability', 'meaning', ...adapters.map(({ title }) => title)], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
