import { CreateTodo, TodoCreated } from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { shown, todo } from '../todo.js';

export const createTodo = on(CreateTodo)
  .entity(todo, (_command, { messageId }) => messageId)
  .create(({ title, content }, context) => {
    const { id: ownerId } = context.get(CurrentUser);
    return new TodoCreated({ todoId: context.messageId, ownerId, title, content });
  })
  .reply(shown);
