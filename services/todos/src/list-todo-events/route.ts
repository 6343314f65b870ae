import { ListTodoEvents } from '@anywise/contracts/todos';
import { route } from 'anywise/express';

export const listTodoEventsRoute = route('get', '/todos/:todoId/events', ListTodoEvents);
