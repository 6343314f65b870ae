import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { TodoCreated } from '../../test-support/todos.js';
import { Codec, encodeEvent } from '../message/codec.js';
import { MessageContext } from '../message/context.js';
import type { LoggedEvent } from '../ports/event-log.js';
import { SqlTransaction } from '../ports/sql.js';
import type { StoreTransaction } from '../ports/store.js';
import { projection, type Writing } from './projection.js';
import { takeEvents, type Written } from './take-events.js';
import { ProjectionWriter } from './writer.js';

// However long a machine stalls, no transaction has lasted long here.
beforeAll(() => {
  jest.spyOn(performance, 'now').mockReturnValue(0);
});
afterAll(() => {
  jest.restoreAllMocks();
});

/** A database that answers when the test says so. */
class Slow extends SqlTransaction {
  readonly sent: string[] = [];
  readonly #answers = new Map<string, { resolve(): void; reject(error: Error): void }>();

  run(sql: string): Promise<number> {
    this.sent.push(sql);
    return new Promise((resolve, reject) => this.#answers.set(sql, { resolve: () => resolve(1), reject }));
  }

  get(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  all(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  answer(...statements: readonly string[]): void {
    for (const sql of statements) this.#answers.get(sql)?.resolve();
  }

  refuse(sql: string): void {
    this.#answers.get(sql)?.reject(new Error(`no ${sql}`));
  }
}

type Step = (todoId: string, writing: Writing) => unknown;

/** Takes in an event for each id. */
function take(ids: readonly string[], sql: Slow, step: Step, parked: readonly string[] = []): Promise<Written> {
  const list = projection('test.list', { version: 1, tables: {} }).on(TodoCreated, ({ todoId }, writing) =>
    step(todoId, writing),
  );
  const codec = new Codec(
    [],
    [],
    list.steps.map(({ event }) => event),
  );
  const transaction = { client: () => sql } as unknown as StoreTransaction;
  const writer = new ProjectionWriter(list, { name: list.name, version: 1, generation: 1 }, codec, transaction);
  return takeEvents(writer, ids.map(logged), new Set(parked));
}

function logged(todoId: string, index: number): LoggedEvent {
  const event = new TodoCreated({ todoId, title: todoId });
  const json = JSON.stringify(encodeEvent(event, new MessageContext({ event }), '/test'));
  return { position: index + 1, stream: todoId, version: 1, type: event.type, json };
}

/** Lets everything go on that waits for nothing else. */
const turn = (): Promise<void> => new Promise(setImmediate);
const returned: Step = (id, { sql }) => sql.run(id);

it('sends what steps return without waiting for the answers before it', async () => {
  const sql = new Slow();
  const written = take(['a', 'b', 'c'], sql, returned, ['b']);
  expect(sql.sent).toEqual(['a', 'c']);
  sql.answer('c', 'a');
  expect(await written).toEqual({ taken: 3 });
});

it('has no more than 64 on their way', async () => {
  const sql = new Slow();
  const ids = Array.from({ length: 70 }, (_, n) => `t${n}`);
  const written = take(ids, sql, returned);
  expect(sql.sent).toHaveLength(64);
  sql.answer(...ids);
  while (sql.sent.length < 70) await turn();
  sql.answer(...ids);
  expect(await written).toEqual({ taken: 70 });
});

it('waits for a step that may go on after its statement', async () => {
  const sql = new Slow();
  const written = take(['a', 'b'], sql, async (id, { sql: own }) => {
    await own.run(`${id} 1`);
    await own.run(`${id} 2`);
  });
  expect(sql.sent).toEqual(['a 1']);
  sql.answer('a 1');
  while (sql.sent.length < 2) await turn();
  sql.answer('a 2');
  while (sql.sent.length < 3) await turn();
  expect(sql.sent).toEqual(['a 1', 'a 2', 'b 1']);
  sql.answer('b 1');
  while (sql.sent.length < 4) await turn();
  sql.answer('b 2');
  expect(await written).toEqual({ taken: 2 });
});

it('blames the first event that fails, whichever is known to have failed first', async () => {
  const sql = new Slow();
  const written = take(['a', 'b', 'c', 'd'], sql, (id, writing) => {
    if (id === 'd') throw new Error('no d');
    return returned(id, writing);
  });
  sql.refuse('c');
  sql.answer('a');
  sql.refuse('b');
  expect(await written).toMatchObject({ at: 1, error: { message: 'no b' } });
});

it('leaves nothing on its way', async () => {
  const sql = new Slow();
  let isOver = false;
  const written = take(['a', 'b'], sql, returned).finally(() => (isOver = true));
  sql.refuse('a');
  for (let turns = 0; turns < 50; turns++) await turn();
  expect(isOver).toBe(false);
  sql.answer('b');
  expect(await written).toMatchObject({ at: 0, error: { message: 'no a' } });
});
