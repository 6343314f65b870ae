import type { Envelope } from '../core/message/envelope.js';
import type { Outbox } from '../core/ports/outbox.js';
import type { NewMessages, Store } from '../core/ports/store.js';
import type { Transport } from '../core/ports/transport.js';
import { postgresStore } from '../postgres/store.js';
import { postgresTransport, type PostgresTransportOptions } from '../postgres/transport.js';
import { testEnvelope } from '../testing/envelopes.js';
import { inTestSchemas, testPostgresUrl, withTestDatabase } from './test-postgres.js';

/** A PostgreSQL store and a transport whose log is in the same database. */
export interface OneDatabase {
  readonly store: Store;
  readonly transport: Transport;
  readonly outbox: Outbox;
  /** The store, opened once more, as in another process. */
  readonly again: () => Promise<Store>;
  readonly commit: (messages: NewMessages) => Promise<void>;
  /** Ids in the log, in its order. */
  readonly log: () => Promise<readonly string[]>;
  readonly run: (sql: string, ...values: readonly unknown[]) => Promise<readonly object[]>;
  readonly schema: (name: string) => string;
}

export async function inOneDatabase(
  work: (world: OneDatabase) => Promise<void>,
  options: Partial<PostgresTransportOptions> = {},
): Promise<void> {
  await inTestSchemas(async (schema) => {
    const opened: { close(): Promise<void> }[] = [];
    const again = async (): Promise<Store> => {
      const store = postgresStore({ url: testPostgresUrl, schema: schema('store') });
      opened.push(store);
      await store.check();
      return store;
    };
    const store = await again();
    const transport = postgresTransport({ url: testPostgresUrl, schema: schema('bus'), ...options });
    opened.push(transport);
    await transport.check();
    const run: OneDatabase['run'] = (text, ...values) =>
      withTestDatabase(async (database) => (await database.query({ text }, ...values)).rows);
    const log = async (): Promise<readonly string[]> => {
      const text = `SELECT envelope::json ->> 'id' AS id FROM "${schema('bus')}".anywise_message ORDER BY seq`;
      return (await run(text)).map((row) => (row as { id: string }).id);
    };
    try {
      await work({ store, transport, outbox: store.outbox, again, commit: committing(store), log, run, schema });
    } finally {
      await Promise.all(opened.map((each) => each.close()));
    }
  });
}

/** Commits messages to a store, in a transaction of their own. */
export function committing(store: Store): OneDatabase['commit'] {
  return async (messages) => {
    const transaction = store.begin({ readOnly: false });
    await transaction.append(messages);
    await transaction.commit();
  };
}

export const event = (id: string, subject?: string, change: Partial<Envelope> = {}): Envelope =>
  testEnvelope({ id, ...(subject === undefined ? {} : { subject }), ...change });

/** The ids of what may leave an outbox; `undefined` for what cannot be read. */
export const idsIn = async (outbox: Outbox): Promise<readonly unknown[]> =>
  (await outbox.sendable(100)).rows.map(({ envelope }) => envelope?.id);

/** The ids that a transport delivers from now on, and what ends that. */
export async function deliveredBy(
  transport: Transport,
): Promise<{ readonly ids: readonly string[]; readonly close: () => Promise<void> }> {
  const ids: string[] = [];
  const subscription = await transport.subscribe(
    { consumer: 'orders', types: ['test.happened'], onError: () => undefined },
    async (batch) => {
      for (const each of batch) if ('envelope' in each) ids.push(each.envelope.id);
    },
  );
  return { ids, close: () => subscription.close() };
}
