import { ListTodos } from '@anywise/contracts/todos';
import { CurrentUser, unknownCursor } from '@anywise/service';
import { on } from 'anywise';
import { TodoList } from '../todo-list.js';

export const listTodos = on(ListTodos)
  .inject({ list: TodoList })
  .handle(async ({ cursor, limit }, context, { list }) => {
    const user = context.get(CurrentUser);
    if (cursor !== undefined && !(await list.has(user, cursor))) throw unknownCursor(ListTodos.type);
    // Reads one more than requested, to know whether there is a next page.
    const found = await list.listFor(user, limit + 1, cursor);
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.todoId ?? null) : null };
  });
