import { RenameTodo, TodoRenamed } from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { assertSeenBy, shown, todo } from '../todo.js';

export const renameTodo = on(RenameTodo)
  .entity(todo, ({ todoId }) => todoId)
  .decide(({ todoId, title }, state, context) => {
    assertSeenBy(context.get(CurrentUser), state);
    return title === state.title ? undefined : new TodoRenamed({ todoId, title });
  })
  .reply(shown);
