import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SqlTransaction, type SqlValue } from 'anywise';
import type { User } from '../auth/user.js';
import type { ServiceDefinition } from '../definition.js';
import { startTestService, type TestService } from './test-service.js';

/** Options of {@link describePaging}. */
export interface ListExample<Item> {
  /** The path of the list, at which its items are also created. */
  readonly path: string;
  /** The body that creates the item with this number. */
  readonly body: (number: number) => object;
  /** The number of an item. */
  readonly numberOf: (item: Item) => number;
  /** Reads a page as the handler does: the first one, or the one after an item. */
  readonly list: (sql: SqlTransaction, user: User, after: Item | undefined) => Promise<readonly Item[]>;
  /** Whether each user sees their own items only. @defaultValue true */
  readonly isOwned?: boolean;
}

/** What every list does. */
export interface PagingCase {
  readonly id: string;
  readonly behaviour: string;
  /** Only for a list of which each user sees their own items. */
  readonly needsOwners?: boolean;
  readonly run: (list: List) => Promise<void>;
}

/** A list of a running service, as one of its users sees it. */
export interface List {
  readonly service: TestService;
  readonly path: string;
  /** Creates the items with these numbers, in turn. */
  readonly create: (...numbers: readonly number[]) => Promise<void>;
  /** The numbers on a page, and the cursor of the next. */
  readonly page: (query?: object) => Promise<PageOfNumbers>;
  /** The database's query plans for reading a page. */
  readonly plans: (user: User, isFirst: boolean) => Promise<readonly string[]>;
}

interface PageOfNumbers {
  readonly numbers: readonly number[];
  readonly nextCursor: string | null;
}

/** Describes what every list does, and checks it for one. */
export function describePaging<Item>(definition: ServiceDefinition, example: ListExample<Item>): void {
  const cases = pagingCases.filter(({ needsOwners = false }) => !needsOwners || example.isOwned !== false);
  describe('like every list, it', () => {
    it.each(cases.map(({ behaviour, run }) => [behaviour, run] as const))('%s', async (_behaviour, run) => {
      await using service = await startTestService(definition);
      await run(listOf(service, example));
    });
  });
}

/** What every list does. */
export const pagingCases: readonly PagingCase[] = [
  {
    id: 'is-empty-at-first',
    behaviour: 'is empty at first',
    run: async ({ service, path }) => {
      const response = await service.request.get(path);
      expect([response.status, response.body]).toEqual([200, { items: [], nextCursor: null }]);
    },
  },
  {
    id: 'newest-first',
    behaviour: 'returns the newest first, page by page',
    run: async ({ create, page }) => {
      await create(1, 2, 3, 4, 5);
      const first = await page({ limit: 2 });
      const second = await page({ limit: 2, cursor: first.nextCursor });
      const third = await page({ limit: 2, cursor: second.nextCursor });
      expect([first.numbers, second.numbers, third.numbers]).toEqual([[5, 4], [3, 2], [1]]);
      expect(third.nextCursor).toBeNull();
    },
  },
  {
    id: 'ends-with-a-full-page',
    behaviour: 'ends with a full page when nothing comes after it',
    run: async ({ create, page }) => {
      await create(1, 2);
      expect(await page({ limit: 2 })).toEqual({ numbers: [2, 1], nextCursor: null });
    },
  },
  {
    id: 'does-not-move',
    behaviour: 'does not move when something is created between two pages',
    run: async ({ create, page }) => {
      await create(1, 2);
      const { nextCursor } = await page({ limit: 1 });
      await create(3);
      expect(await page({ limit: 1, cursor: nextCursor })).toEqual({ numbers: [1], nextCursor: null });
    },
  },
  {
    id: 'takes-a-cursor-again',
    behaviour: 'returns the same page for the same cursor, with any limit',
    run: async ({ create, page }) => {
      await create(1, 2, 3);
      const { nextCursor } = await page({ limit: 1 });
      expect(await page({ cursor: nextCursor })).toEqual({ numbers: [2, 1], nextCursor: null });
      expect(await page({ cursor: nextCursor, limit: 200 })).toEqual({ numbers: [2, 1], nextCursor: null });
    },
  },
  ...[
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=201', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=many', 'limit'],
    ['limit=', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=0x10', 'limit'],
    ['limit=%205', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=nothing', 'cursor'],
    ['cursor=%00', 'cursor'],
    [`cursor=${randomUUID()}`, 'cursor'],
    [`cursor=${'x'.repeat(5_000)}`, 'cursor'],
    ['cursor=a&cursor=b', 'cursor'],
  ].map(([query = '', field = '']): PagingCase => {
    const shown = query.length > 30 ? `${query.slice(0, 30)}…` : query;
    return {
      id: `refuses-${shown}`,
      behaviour: `refuses \`${shown}\`, and names the field`,
      run: async ({ service, path, create }) => {
        await create(1);
        const response = await service.request.get(`${path}?${query}`);
        expect(response.status).toBe(400);
        expect(response.headers['content-type']).toMatch('application/problem+json');
        expect(response.body).toMatchObject({ code: 'INVALID_MESSAGE', errors: [{ field, pointer: `#/${field}` }] });
      },
    };
  }),
  {
    id: 'hides-the-cursors-of-others',
    behaviour: 'refuses the cursor of another user like an unknown one',
    needsOwners: true,
    run: async ({ service, path, create, page }) => {
      await create(1, 2);
      const { nextCursor } = await page({ limit: 1 });
      const bob = await service.as('bob');
      const theirs = await bob.get(path).query({ cursor: nextCursor });
      const unknown = await bob.get(path).query({ cursor: randomUUID() });
      expect(theirs.status).toBe(400);
      expect(theirs.body).toEqual(unknown.body);
    },
  },
  {
    id: 'is-read-by-an-index',
    behaviour: 'uses an index from the cursor on, for its owner and for support',
    run: async ({ create, plans }) => {
      await create(1, 2);
      for (const user of [{ id: 'ada' }, { id: 'sue', role: 'support' }] as const) {
        const [first, next] = [await plans(user, true), await plans(user, false)];
        for (const plan of [...first, ...next]) {
          expect(plan).toMatch(/USING (COVERING )?INDEX/);
          expect(plan).not.toMatch(/TEMP B-TREE/);
        }
        // The first page may be the start of a scan: its limit ends it.
        for (const plan of next) expect(plan).not.toMatch(/\bSCAN\b/);
      }
    },
  },
];

function listOf<Item>(service: TestService, { path, body, numberOf, list }: ListExample<Item>): List {
  const read = async (query = {}) => {
    const response = await service.request.get(path).query(query);
    return response.body as { readonly items: readonly Item[]; readonly nextCursor: string | null };
  };
  return {
    service,
    path,
    async page(query) {
      const { items, nextCursor } = await read(query);
      return { numbers: items.map(numberOf), nextCursor };
    },
    async create(...numbers) {
      for (const number of numbers) {
        const response = await service.request.post(path).send(body(number));
        expect(response.status).toBe(201);
        // Items of the same millisecond would have an unknown order.
        const createdAt = Date.now();
        while (Date.now() === createdAt);
      }
    },
    async plans(user, isFirst) {
      const [newest] = (await read()).items;
      return service.service.anywise.transaction(async (tx) => {
        const { sql, plans } = explaining(await tx.get(SqlTransaction));
        await list(sql, user, isFirst ? undefined : newest);
        expect(plans.length).toBeGreaterThan(0);
        return plans;
      });
    },
  };
}

/** The same transaction, but it records SQLite's plan for each query. */
function explaining(real: SqlTransaction) {
  const plans: string[] = [];
  const explain = async (statement: string, values: readonly SqlValue[]) => {
    const steps = await real.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, ...values);
    plans.push(steps.map(({ detail }) => detail).join('; '));
  };
  const sql: SqlTransaction = Object.assign(Object.create(real) as SqlTransaction, {
    async get(statement: string, ...values: readonly SqlValue[]) {
      await explain(statement, values);
      return real.get(statement, ...values);
    },
    async all(statement: string, ...values: readonly SqlValue[]) {
      await explain(statement, values);
      return real.all(statement, ...values);
    },
  });
  return { sql, plans };
}
