import { expect, it } from '@jest/globals';
import { describeProjections } from '../test-support/projection-suite.js';
import { startBus } from '../test-support/start-bus.js';
import {
  describeWithPostgres,
  inTestSchemas,
  inTestStore,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { bareContract, ListTodos, todoListContract, todoListItems, todoListOf } from '../test-support/todo-list.js';
import { completeTodo, CreateTodo, createTodo, dropTodo, renameTodo } from '../test-support/todos.js';
import { eventually } from '../testing/eventually.js';
import { spaceSql } from './event-log.js';
import { postgresStore } from './store.js';

describeWithPostgres('projections over PostgreSQL', () => {
  describeProjections((work) =>
    inTestSchemas((schema) => work(() => postgresStore({ url: testPostgresUrl, schema: schema('todos') }))),
  );

  it('miss nothing of an appender that has committed and not let go of all its locks yet', () =>
    inTestStore(async ({ store, schema, again }) => {
      {
        const items = [createTodo, renameTodo, completeTodo, dropTodo];
        await using before = await startBus({ contracts: [bareContract], store: await again(), items });
        await before.send(new CreateTodo({ todoId: 'a', title: 'a' }));
      }
      await withTestDatabase(async (database) => {
        const appender = await database.begin('BEGIN');
        try {
          await appender.query({ text: `SELECT pg_advisory_xact_lock_shared(${spaceSql(schema)}, 0)` });
          const items = todoListItems(todoListOf().inline());
          await using anywise = await startBus({ contracts: [todoListContract], store, items });
          expect(await store.projections?.list()).toMatchObject([{ state: 'building', position: 0 }]);
          await appender.rollback();
          await eventually(async () => expect(await anywise.send(new ListTodos())).toEqual(['a 1']));
          await eventually(async () => expect(await store.projections?.list()).toMatchObject([{ state: 'inline' }]));
        } finally {
          await appender.rollback();
        }
      });
    }));
});
