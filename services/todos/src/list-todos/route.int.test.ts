import type { Todo } from '@anywise/contracts/todos';
import { describePaging } from '@anywise/service/testing';
import { app } from '../app.js';
import { TodoList } from '../todo-list.js';

describePaging<Todo>(app, {
  path: '/todos',
  body: (number) => ({ title: `title ${number}`, content: '' }),
  numberOf: ({ title }) => Number(title.slice('title '.length)),
  list: (sql, user, after) => new TodoList(sql, { todos: 'todo_list_todos_v1' }).listFor(user, 10, after?.todoId),
});
