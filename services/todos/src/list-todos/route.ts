import { ListTodos } from '@anywise/contracts/todos';
import { readPage } from '@anywise/service';
import { route } from 'anywise/express';

export const listTodosRoute = route('get', '/todos', ListTodos, { input: readPage });
