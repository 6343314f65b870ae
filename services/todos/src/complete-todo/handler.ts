import { CompleteTodo, TodoCompleted } from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { assertSeenBy, shown, todo } from '../todo.js';

export const completeTodo = on(CompleteTodo)
  .entity(todo, ({ todoId }) => todoId)
  .decide(({ todoId }, state, context) => {
    assertSeenBy(context.get(CurrentUser), state);
    return state.isCompleted ? undefined : new TodoCompleted({ todoId });
  })
  .reply(shown);
