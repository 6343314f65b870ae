import {
  CompleteTodo,
  CreateTodo,
  RenameTodo,
  TodoCompleted,
  TodoCreated,
  TodoRenamed,
} from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { it } from '@jest/globals';
import { decider } from 'anywise/testing';
import { completeTodo } from './complete-todo/handler.js';
import { createTodo } from './create-todo/handler.js';
import { renameTodo } from './rename-todo/handler.js';

const todoId = 't-1';
const ada = { context: [CurrentUser({ id: 'ada' })] };
const bob = { context: [CurrentUser({ id: 'bob' })] };
const sue = { context: [CurrentUser({ id: 'sue', role: 'support' })] };
const created = new TodoCreated({ todoId, ownerId: 'ada', title: 'Tea', content: 'green' });
const renamed = new TodoRenamed({ todoId, title: 'Coffee' });
const completed = new TodoCompleted({ todoId });
const rename = new RenameTodo({ todoId, title: 'Coffee' });
const complete = new CompleteTodo({ todoId });
const todo = { todoId, title: 'Tea', content: 'green', isCompleted: false };

it('is created for its user, under the id of the command', async () => {
  const test = decider(createTodo).given();
  const when = test.when(new CreateTodo({ title: 'Tea', content: 'green' }), { ...ada, messageId: todoId });
  await when.then(created);
  await when.thenReply(todo);
});

it('is renamed, unless that is its title', async () => {
  await decider(renameTodo).given(created).when(rename, ada).then(renamed);
  await decider(renameTodo)
    .given(created)
    .when(rename, ada)
    .thenReply({ ...todo, title: 'Coffee' });
  await decider(renameTodo).given(created, renamed).when(rename, ada).thenNothing();
});

it('is completed once', async () => {
  await decider(completeTodo).given(created).when(complete, ada).then(completed);
  await decider(completeTodo).given(created, completed).when(complete, ada).thenNothing();
  await decider(completeTodo)
    .given(created, completed)
    .when(complete, ada)
    .thenReply({ ...todo, isCompleted: true });
});

it('is changed by its user and by support, and by others no more than one that is not there', async () => {
  await decider(renameTodo).given(created).when(rename, sue).then(renamed);
  for (const [given, options] of [[[created], bob] as const, [[], ada] as const]) {
    await decider(renameTodo)
      .given(...given)
      .when(rename, options)
      .thenFails('NOT_FOUND');
    await decider(completeTodo)
      .given(...given)
      .when(complete, options)
      .thenFails('NOT_FOUND');
  }
});
