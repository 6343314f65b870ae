import { TodoCompleted, TodoCreated, TodoRenamed, type Todo } from '@anywise/contracts/todos';
import { seenBy, type User } from '@anywise/service';
import { projection, SqlTransaction, type ReadModel } from 'anywise';
import { inject, injectable } from 'inversify';

/** The todos as a table, for questions about many of them. Inline, so that a list shows what its reader has just written. */
export const todoList = projection('todos.todo-list', {
  version: 1,
  tables: {
    todos: `
      CREATE TABLE {todos} (
        todo_id TEXT PRIMARY KEY,
        owner_id TEXT NOT NULL,
        title TEXT NOT NULL,
        content TEXT NOT NULL,
        is_completed INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL
      );
      CREATE INDEX {todos}_newest ON {todos} (created_at, todo_id)`,
  },
})
  .on(TodoCreated, ({ todoId, ownerId, title, content, timestamp }, { sql, tables: { todos } }) =>
    sql.run(
      `INSERT INTO ${todos} (todo_id, owner_id, title, content, created_at) VALUES (?, ?, ?, ?, ?)`,
      ...[todoId, ownerId, title, content, timestamp],
    ),
  )
  .on(TodoRenamed, ({ todoId, title }, { sql, tables: { todos } }) =>
    sql.run(`UPDATE ${todos} SET title = ? WHERE todo_id = ?`, title, todoId),
  )
  .on(TodoCompleted, ({ todoId }, { sql, tables: { todos } }) =>
    sql.run(`UPDATE ${todos} SET is_completed = 1 WHERE todo_id = ?`, todoId),
  )
  .inline();

interface TodoRow {
  readonly todo_id: string;
  readonly title: string;
  readonly content: string;
  readonly is_completed: number;
}

/** Reads the list. */
@injectable()
export class TodoList {
  constructor(
    @inject(SqlTransaction) private readonly sql: SqlTransaction,
    @inject(todoList.tables) private readonly tables: ReadModel<'todos'>,
  ) {}

  async has(user: User, todoId: string): Promise<boolean> {
    const seen = seenBy(user);
    const sql = `SELECT 1 AS one FROM ${this.tables.todos} WHERE todo_id = ? AND ${seen.sql}`;
    return (await this.sql.get(sql, todoId, ...seen.values)) !== undefined;
  }

  /** Up to `limit` todos that the user may see, the newest first, from the start or after a given one. */
  async listFor(user: User, limit: number, after: string | undefined): Promise<readonly Todo[]> {
    const { todos } = this.tables;
    const seen = seenBy(user);
    const isAfter = `AND (created_at, todo_id) < (SELECT created_at, todo_id FROM ${todos} WHERE todo_id = ?)`;
    const rows = await this.sql.all<TodoRow>(
      `SELECT * FROM ${todos} WHERE ${seen.sql} ${after === undefined ? '' : isAfter}
       ORDER BY created_at DESC, todo_id DESC LIMIT ?`,
      ...seen.values,
      ...(after === undefined ? [] : [after]),
      limit,
    );
    return rows.map(todoOf);
  }
}

function todoOf({ todo_id, title, content, is_completed }: TodoRow): Todo {
  return { todoId: todo_id, title, content, isCompleted: is_completed === 1 };
}
