import { Command, contract, command, event, query } from 'anywise';
import { z } from 'zod';
import { Page, pageOf } from './paging.js';

const title = z.string().trim().min(1).max(200);
const content = z.string().max(10_000);
const ofTodo = z.object({ todoId: z.string() });
const entityId = ({ todoId }: { readonly todoId: string }): string => todoId;

export const Todo = z.object({ todoId: z.string(), title: z.string(), content: z.string(), isCompleted: z.boolean() });
export type Todo = z.infer<typeof Todo>;

/** An event in the life of a todo. */
export const TodoEvent = z.object({
  version: z.number(),
  type: z.string(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type TodoEvent = z.infer<typeof TodoEvent>;

/** All commands that the slice `todos` carries out. */
export abstract class TodoCommand extends Command {}

export class CreateTodo extends command('todos.create-todo', {
  base: TodoCommand,
  summary: 'Creates a todo.',
  data: z.object({ title, content }),
  reply: Todo,
}) {}

export class RenameTodo extends command('todos.rename-todo', {
  base: TodoCommand,
  summary: 'Gives a todo another title.',
  data: ofTodo.extend({ title }),
  reply: Todo,
}) {}

export class CompleteTodo extends command('todos.complete-todo', {
  base: TodoCommand,
  summary: 'Says that a todo is done.',
  data: ofTodo,
  reply: Todo,
}) {}

export class GetTodo extends query('todos.get-todo', {
  summary: 'One todo, or null.',
  data: ofTodo,
  reply: Todo.nullable(),
}) {}

export class ListTodos extends query('todos.list-todos', {
  summary: 'Todos, the newest first.',
  data: Page,
  reply: pageOf(Todo),
}) {}

export class ListTodoEvents extends query('todos.list-todo-events', {
  summary: 'What happened to a todo, the oldest first, or null.',
  data: ofTodo,
  reply: z.array(TodoEvent).nullable(),
}) {}

export class TodoCreated extends event('todos.todo-created', {
  summary: 'A todo was created.',
  entityId,
  data: ofTodo.extend({ ownerId: z.string(), title: z.string(), content: z.string() }),
}) {}

export class TodoRenamed extends event('todos.todo-renamed', {
  summary: 'A todo got another title.',
  entityId,
  data: ofTodo.extend({ title: z.string() }),
}) {}

export class TodoCompleted extends event('todos.todo-completed', {
  summary: 'A todo is done.',
  entityId,
  data: ofTodo,
}) {}

export const todos = contract('todos', {
  ...{ CreateTodo, RenameTodo, CompleteTodo, GetTodo, ListTodos, ListTodoEvents },
  ...{ TodoCreated, TodoRenamed, TodoCompleted },
});
