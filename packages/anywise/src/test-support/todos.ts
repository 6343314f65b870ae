import { z } from 'zod';
import { Entities } from '../core/entities/entities.js';
import { entity } from '../core/entities/entity.js';
import { contract } from '../core/message/contract.js';
import { command, event, query } from '../core/message/declare.js';
import { on } from '../core/registry/on.js';

const data = z.object({ todoId: z.string() });
const entityId = ({ todoId }: { readonly todoId: string }): string => todoId;

export class CreateTodo extends command('test.create-todo', {
  data: data.extend({ title: z.string() }),
  reply: z.string(),
}) {}
export class RenameTodo extends command('test.rename-todo', {
  data: data.extend({ title: z.string(), version: z.number().optional() }),
}) {}
export class CompleteTodo extends command('test.complete-todo', { data }) {}
export class DropTodo extends command('test.drop-todo', { data, reply: z.string() }) {}
export class GetTodo extends query('test.get-todo', { data, reply: z.unknown() }) {}
export class ListTodoEvents extends query('test.list-todo-events', { data, reply: z.array(z.unknown()) }) {}

export class TodoCreated extends event('test.todo-created', { entityId, data: data.extend({ title: z.string() }) }) {}
export class TodoRenamed extends event('test.todo-renamed', { entityId, data: data.extend({ title: z.string() }) }) {}
/** In no contract: nobody else is told. */
export class TodoCompleted extends event('test.todo-completed', { entityId, data }) {}
export class TodoDropped extends event('test.todo-dropped', { entityId, data }) {}

export const todoContract = contract('test', {
  ...{ CreateTodo, RenameTodo, CompleteTodo, DropTodo, GetTodo, ListTodoEvents },
  ...{ TodoCreated, TodoRenamed, TodoDropped },
});

export const Todo = z.object({ todoId: z.string(), title: z.string(), isCompleted: z.boolean() });

export const todo = entity('test.todo', { state: Todo, snapshot: { every: 5, version: 1 } })
  .create(TodoCreated, ({ todoId, title }) => ({ todoId, title, isCompleted: false }))
  .evolve(TodoRenamed, (state, { title }) => ({ ...state, title }))
  .evolve(TodoCompleted, (state) => ({ ...state, isCompleted: true }))
  .evolve(TodoDropped, () => null);

export const createTodo = on(CreateTodo)
  .entity(todo, ({ todoId }) => todoId)
  .create(({ todoId, title }) => new TodoCreated({ todoId, title }))
  .reply(({ title }) => `created ${title}`);
export const renameTodo = on(RenameTodo)
  .entity(todo, ({ todoId }) => todoId, { ifVersion: ({ version }) => version })
  .decide(({ todoId, title }, state) => (title === state.title ? undefined : new TodoRenamed({ todoId, title })));
export const completeTodo = on(CompleteTodo)
  .entity(todo, ({ todoId }) => todoId)
  .decide(({ todoId }, { isCompleted }) => (isCompleted ? [] : [new TodoCompleted({ todoId })]));
export const dropTodo = on(DropTodo)
  .entity(todo, ({ todoId }) => todoId)
  .decide(({ todoId }) => new TodoDropped({ todoId }))
  .reply(({ title }) => `dropped ${title}`);
export const getTodo = on(GetTodo)
  .inject({ entities: Entities })
  .handle(async ({ todoId }, _context, { entities }) => {
    const { state, version } = await entities.load(todo, todoId);
    return { state, version };
  });
export const listTodoEvents = on(ListTodoEvents)
  .inject({ entities: Entities })
  .handle(async ({ todoId }, _context, { entities }) => {
    const history = await entities.history(todo, todoId);
    return history.map(({ version, type }) => `${version} ${type}`);
  });

export const todoItems = [createTodo, renameTodo, completeTodo, dropTodo, getTodo, listTodoEvents] as const;
