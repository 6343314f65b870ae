import { RenameTodo } from '@anywise/contracts/todos';
import { route } from 'anywise/express';

export const renameTodoRoute = route('post', '/todos/:todoId/rename', RenameTodo, { idempotencyKey: true });
