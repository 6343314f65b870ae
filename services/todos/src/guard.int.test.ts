import { CompleteTodo, CreateTodo, GetTodo, ListTodoEvents, ListTodos, RenameTodo } from '@anywise/contracts/todos';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from './app.js';

it.each([
  new CreateTodo({ title: 'Tea', content: '' }),
  new RenameTodo({ todoId: 't-1', title: 'Tea' }),
  new CompleteTodo({ todoId: 't-1' }),
  new GetTodo({ todoId: 't-1' }),
  new ListTodos({}),
  new ListTodoEvents({ todoId: 't-1' }),
])('refuses $type where no user asks', async (message) => {
  await using todos = await startTestService(app);
  await expect(todos.service.anywise.send(message)).rejects.toThrow(
    `\`${message.type}\` has no user. Send it with \`CurrentUser\` in its context.`,
  );
});
