import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { memoryStore, type Store } from 'anywise';
import { connectStore } from 'anywise/connect';
import pg from 'pg';

/** A kind of store, and one that is gone at the end of a test. */
export interface StoreKind {
  readonly kind: string;
  readonly open: () => Promise<{ readonly store: Store } & AsyncDisposable>;
}

const postgresUrl = process.env.ANYWISE_TEST_POSTGRES ?? '';

const memory: StoreKind = {
  kind: 'memory',
  open: async () => ({ store: memoryStore(), [Symbol.asyncDispose]: async () => undefined }),
};

/** Where stores of a kind outlive their processes. */
export interface StorePlace {
  readonly kind: string;
  /** Makes one, whose URL any process can open. It is gone at the end of a test. */
  readonly make: () => { readonly url: string } & AsyncDisposable;
}

const sqlite: StorePlace = {
  kind: 'SQLite',
  make: () => {
    const folder = mkdtempSync(join(tmpdir(), 'anywise-dashboard-'));
    return {
      url: `sqlite:${folder}`,
      [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

const postgres: StorePlace = {
  kind: 'PostgreSQL',
  make: () => {
    const schema = `dashboard_${randomUUID().slice(0, 8)}`;
    const url = new URL(postgresUrl);
    url.searchParams.set('schema', schema);
    return {
      url: url.href,
      async [Symbol.asyncDispose]() {
        const client = new pg.Client({ connectionString: postgresUrl });
        await client.connect();
        await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
        await client.end();
      },
    };
  },
};

/** The store of the shop at this URL. */
export async function connectShopStore(url: string): Promise<Store> {
  return connectStore(url, { name: 'orders' });
}

function kindAt({ kind, make }: StorePlace): StoreKind {
  return {
    kind,
    open: async () => {
      const place = make();
      return { ...place, store: await connectShopStore(place.url) };
    },
  };
}

/** Those that can be used here: the setup of these tests has said what is left out. */
export const storePlaces: readonly StorePlace[] = postgresUrl === '' ? [sqlite] : [sqlite, postgres];
export const storeKinds: readonly StoreKind[] = [memory, ...storePlaces.map(kindAt)];
