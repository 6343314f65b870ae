import { GetTodo } from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { Entities, on } from 'anywise';
import { isSeenBy, shown, todo } from '../todo.js';

export const getTodo = on(GetTodo)
  .inject({ entities: Entities })
  .handle(async ({ todoId }, context, { entities }) => {
    const { state } = await entities.load(todo, todoId);
    return state !== undefined && isSeenBy(context.get(CurrentUser), state) ? shown(state) : null;
  });
