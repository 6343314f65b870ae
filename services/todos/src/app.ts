import { todos } from '@anywise/contracts/todos';
import { readMigrations, type ServiceDefinition } from '@anywise/service';
import { MessageRegistry } from 'anywise';
import { completeTodo } from './complete-todo/handler.js';
import { completeTodoRoute } from './complete-todo/route.js';
import { createTodo } from './create-todo/handler.js';
import { createTodoRoute } from './create-todo/route.js';
import { getTodo } from './get-todo/handler.js';
import { getTodoRoute } from './get-todo/route.js';
import { usersOnly } from './guard.js';
import { listTodoEvents } from './list-todo-events/handler.js';
import { listTodoEventsRoute } from './list-todo-events/route.js';
import { listTodos } from './list-todos/handler.js';
import { listTodosRoute } from './list-todos/route.js';
import { renameTodo } from './rename-todo/handler.js';
import { renameTodoRoute } from './rename-todo/route.js';
import { TodoList, todoList } from './todo-list.js';

/** Keeps todos as what happened to them. The table of contents of this slice. */
export const app: ServiceDefinition = {
  manifest: new URL('../package.json', import.meta.url),
  contracts: [todos],
  registry: new MessageRegistry('todos').register(
    usersOnly,
    createTodo,
    renameTodo,
    completeTodo,
    getTodo,
    listTodos,
    listTodoEvents,
    todoList,
  ),
  routes: [createTodoRoute, renameTodoRoute, completeTodoRoute, listTodosRoute, getTodoRoute, listTodoEventsRoute],
  migrations: readMigrations(new URL('../migrations/', import.meta.url)),
  bind: (container) => {
    container.bind(TodoList).toSelf();
  },
};
