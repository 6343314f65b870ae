import { Todo, TodoCompleted, TodoCreated, TodoRenamed } from '@anywise/contracts/todos';
import type { User } from '@anywise/service';
import { AnywiseError, entity } from 'anywise';
import { z } from 'zod';

const OwnedTodo = Todo.extend({ ownerId: z.string() });
export type OwnedTodo = z.infer<typeof OwnedTodo>;

/** A todo, as its events make it. */
export const todo = entity('todos.todo', { state: OwnedTodo, snapshot: { every: 100, version: 1 } })
  .create(TodoCreated, ({ todoId, ownerId, title, content }) => ({
    todoId,
    ownerId,
    title,
    content,
    isCompleted: false,
  }))
  .evolve(TodoRenamed, (state, { title }) => ({ ...state, title }))
  .evolve(TodoCompleted, (state) => ({ ...state, isCompleted: true }));

/** What callers see of a todo. */
export function shown({ todoId, title, content, isCompleted }: OwnedTodo): Todo {
  return { todoId, title, content, isCompleted };
}

/** A todo belongs to the user who created it: for others it does not exist. */
export function isSeenBy(user: User, { ownerId }: OwnedTodo): boolean {
  return user.role === 'support' || user.id === ownerId;
}

/** @throws AnywiseError (`NOT_FOUND`), as for a todo that is not there. */
export function assertSeenBy(user: User, state: OwnedTodo): void {
  if (isSeenBy(user, state)) return;
  throw new AnywiseError('NOT_FOUND', `The todo ${state.todoId} belongs to another user.`);
}
