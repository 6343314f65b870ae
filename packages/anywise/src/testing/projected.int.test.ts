import { expect, it } from '@jest/globals';
import { projection } from '../core/projections/projection.js';
import { todoListOf } from '../test-support/todo-list.js';
import { TodoCompleted, TodoCreated, TodoDropped, TodoRenamed } from '../test-support/todos.js';
import { projected } from './projected.js';

const list = todoListOf();
const created = (todoId: string) => new TodoCreated({ todoId, title: 'Tea' });
const row = (todoId: string, title: string, changes: number) => ({ todo_id: todoId, title, changes });

it('gives the rows that events make, in any order', async () => {
  const test = projected(list);
  await test.given().then('todos', []);
  await test
    .given(
      created('b'),
      created('a'),
      new TodoRenamed({ todoId: 'a', title: 'Coffee' }),
      new TodoCompleted({ todoId: 'b' }),
    )
    .then('todos', [row('a', 'Coffee', 2), row('b', 'Tea ✓', 2)]);
  await test.given(created('a'), created('b'), new TodoDropped({ todoId: 'a' })).then('todos', [row('b', 'Tea', 1)]);
});

it('refuses other rows, fewer and more', async () => {
  const given = projected(list).given(created('a'));
  for (const rows of [[], [row('a', 'Coffee', 1)], [row('a', 'Tea', 1), row('b', 'Tea', 1)]]) {
    await expect(given.then('todos', rows)).rejects.toThrow(/strictly deep-equal/);
  }
});

it('finds functions that look at something else than their event', async () => {
  let n = 0;
  const counted = projection('test.counted', { version: 1, tables: { n: 'CREATE TABLE {n} (n INTEGER)' } }).on(
    TodoCreated,
    (_event, { sql, tables }) => sql.run(`INSERT INTO ${tables.n} VALUES (?)`, ++n),
  );
  await expect(
    projected(counted)
      .given(created('a'))
      .then('n', [{ n: 1 }]),
  ).rejects.toThrow(/^filled again, the table has other rows/);
});

it('fails as the projection does', async () => {
  await expect(projected(list).given(created('a'), created('a')).then('todos', [])).rejects.toThrow(/UNIQUE/);
});
