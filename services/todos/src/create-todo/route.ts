import { CreateTodo } from '@anywise/contracts/todos';
import { route } from 'anywise/express';

export const createTodoRoute = route('post', '/todos', CreateTodo, {
  status: 201,
  idempotencyKey: true,
  headers: ({ todoId }) => ({ location: `/todos/${todoId}` }),
});
