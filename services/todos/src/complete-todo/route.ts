import { CompleteTodo } from '@anywise/contracts/todos';
import { route } from 'anywise/express';

export const completeTodoRoute = route('post', '/todos/:todoId/complete', CompleteTodo, { idempotencyKey: true });
