import { GetTodo } from '@anywise/contracts/todos';
import { route } from 'anywise/express';

export const getTodoRoute = route('get', '/todos/:todoId', GetTodo);
