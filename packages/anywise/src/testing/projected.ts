import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Codec, encodeEvent } from '../core/message/codec.js';
import { MessageContext } from '../core/message/context.js';
import type { Event } from '../core/message/message.js';
import type { Projection } from '../core/projections/projection.js';
import { tableNames, tablesOf } from '../core/projections/tables.js';
import { ProjectionWriter } from '../core/projections/writer.js';
import type { ProjectionKey } from '../core/ports/projections.js';
import { SqlTransaction } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import { inTempFolder } from './temp-folder.js';

/** What is expected of a read model. */
export interface ProjectedRows<T extends string> {
  /**
   * The rows of a table, all of them, in any order. Rejects if there are others, or if filling the table twice does not give
   * the same rows: then a function looks at something else than its event.
   */
  then(table: T, rows: readonly object[]): Promise<void>;
}

/** A projection under test. */
export interface ProjectionTest<T extends string> {
  /** What has happened, the oldest first. */
  given(...events: readonly Event[]): ProjectedRows<T>;
}

/**
 * Tests a projection without a bus: events in, rows out. Runs on SQLite, in a folder that is deleted afterwards.
 *
 * @example
 * await projected(todoList)
 *   .given(new TodoCreated({ todoId: 't-1', title: 'Tea' }), new TodoRenamed({ todoId: 't-1', title: 'Coffee' }))
 *   .then('todos', [{ todo_id: 't-1', title: 'Coffee' }]);
 */
export function projected<T extends string>(projection: Projection<T>): ProjectionTest<T> {
  return {
    given: (...events) => ({
      then: async (table, rows) => {
        const found = await fillTwice(projection, events, table);
        assert.deepEqual(found[1], found[0], 'filled again, the table has other rows');
        assert.deepEqual(found[0], Array.from(rows, plain).sort(byText));
      },
    }),
  };
}

function fillTwice(projection: Projection, events: readonly Event[], table: string): Promise<readonly unknown[]> {
  return inTempFolder(async (folder) => {
    const { sqliteStore } = await import('../sqlite/store.js');
    const store = sqliteStore({ path: join(folder, 'projected.db') });
    await store.check();
    try {
      return [await fill(store, projection, 1, events, table), await fill(store, projection, 2, events, table)];
    } finally {
      await store.close();
    }
  });
}

/** Takes the events into a generation. Returns its rows. */
async function fill(
  store: Store,
  projection: Projection,
  generation: number,
  events: readonly Event[],
  table: string,
): Promise<readonly unknown[]> {
  const { name, version } = projection;
  const key: ProjectionKey = { name, version, generation };
  await store.projections?.prepare(key, tablesOf(projection, key));
  const codec = new Codec(
    [],
    [],
    projection.steps.map(({ event }) => event),
  );
  const transaction = store.begin({ readOnly: false });
  try {
    const writer = new ProjectionWriter(projection, key, codec, transaction);
    const versions = new Map<string, number>();
    for (const event of events) {
      const own = (versions.get(event.entityId) ?? 0) + 1;
      versions.set(event.entityId, own);
      const envelope = encodeEvent(event, new MessageContext({ event }), '/test');
      await writer.write({ type: envelope.type, version: own, json: JSON.stringify(envelope) });
    }
    const sql = transaction.client(SqlTransaction) as SqlTransaction;
    const rows = await sql.all(`SELECT * FROM ${tableNames(projection, key)[table]}`);
    return Array.from(rows, plain).sort(byText);
  } finally {
    await transaction.rollback();
  }
}

/** Drivers give rows prototypes of their own. */
function plain(row: object): object {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
