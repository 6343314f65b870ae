import { z } from 'zod';
import { query } from '../core/message/declare.js';
import { contract } from '../core/message/contract.js';
import { SqlTransaction } from '../core/ports/sql.js';
import { projection, type ProjectionBuilder } from '../core/projections/projection.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import {
  CompleteTodo,
  completeTodo,
  CreateTodo,
  createTodo,
  DropTodo,
  dropTodo,
  RenameTodo,
  renameTodo,
  TodoCompleted,
  TodoCreated,
  TodoDropped,
  TodoRenamed,
} from './todos.js';

export class ListTodos extends query('test.list-todos', { reply: z.array(z.string()) }) {}

const messages = { CreateTodo, RenameTodo, CompleteTodo, DropTodo, TodoCreated, TodoRenamed, TodoDropped };
/** Of code that has no list yet. */
export const bareContract = contract('test', messages);
export const todoListContract = contract('test', { ...messages, ListTodos });

/**
 * The list of all todos, as a read model.
 *
 * @param mark goes before each title, so that tests tell versions apart.
 * @param beforeRename called before a new title is written.
 */
export function todoListOf(
  version = 1,
  mark = '',
  beforeRename: () => void = () => undefined,
): ProjectionBuilder<'todos'> {
  return projection('test.todo-list', {
    version,
    tables: {
      todos: `
        CREATE TABLE {todos} (todo_id TEXT PRIMARY KEY, title TEXT NOT NULL, changes INTEGER NOT NULL);
        CREATE INDEX {todos}_title ON {todos} (title)`,
    },
  })
    .on(TodoCreated, ({ todoId, title }, { sql, tables }) =>
      sql.run(`INSERT INTO ${tables.todos} VALUES (?, ?, 1)`, todoId, `${mark}${title}`),
    )
    .on(TodoRenamed, ({ todoId, title }, { sql, tables, version: changes }) => {
      beforeRename();
      return sql.run(
        `UPDATE ${tables.todos} SET title = ?, changes = changes + 1 WHERE todo_id = ? AND changes = ?`,
        ...[`${mark}${title}`, todoId, changes - 1],
      );
    })
    .on(TodoCompleted, ({ todoId }, { sql, tables }) =>
      sql.run(`UPDATE ${tables.todos} SET title = title || ' ✓', changes = changes + 1 WHERE todo_id = ?`, todoId),
    )
    .on(TodoDropped, ({ todoId }, { sql, tables }) => sql.run(`DELETE FROM ${tables.todos} WHERE todo_id = ?`, todoId));
}

/** What a service with todos registers, and the list that it reads. */
export function todoListItems(list: ProjectionBuilder<'todos'>): readonly Registrable[] {
  const listTodos = on(ListTodos)
    .inject({ sql: SqlTransaction, tables: list.tables })
    .handle(async (_query, _context, { sql, tables }) => {
      const rows = await sql.all<{ title: string; changes: number }>(
        `SELECT title, changes FROM ${tables.todos} ORDER BY todo_id`,
      );
      return rows.map(({ title, changes }) => `${title} ${changes}`);
    });
  return [createTodo, renameTodo, completeTodo, dropTodo, list, listTodos];
}
