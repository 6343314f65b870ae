import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contextKey } from '../core/message/context.js';
import { domainError } from '../core/message/domain-error.js';
import { token } from '../core/ports/container.js';
import { on } from '../core/registry/on.js';
import {
  CompleteTodo,
  CreateTodo,
  DropTodo,
  RenameTodo,
  TodoCompleted,
  TodoCreated,
  TodoDropped,
  TodoRenamed,
  completeTodo,
  createTodo,
  dropTodo,
  renameTodo,
  todo,
} from '../test-support/todos.js';
import { decider } from './decider.js';

const todoId = 't-1';
const created = new TodoCreated({ todoId, title: 'Tea' });
const completed = new TodoCompleted({ todoId });
const rename = new RenameTodo({ todoId, title: 'Coffee' });
const renamed = new TodoRenamed({ todoId, title: 'Coffee' });

class Locked extends domainError('test.locked', {
  data: z.object({ by: z.string() }),
  message: ({ by }) => `locked by ${by}`,
}) {}
const User = contextKey<string>('user');
const Limits = token<{ readonly max: number }>('Limits');
const guarded = on(CompleteTodo)
  .inject({ limits: Limits })
  .entity(todo, (command) => command.todoId)
  .decide((_command, _todo, context, { limits }) => {
    if (limits.max === 0) throw new Locked({ by: context.get(User) });
    return completed;
  });

describe('the test of a decider', () => {
  it('passes where the decision is as expected', async () => {
    await decider(renameTodo).given(created).when(rename).then(renamed);
    await decider(renameTodo).given(created, renamed).when(rename).thenNothing();
    await decider(renameTodo).given().when(rename).thenFails('NOT_FOUND');
    await decider(createTodo)
      .given(created)
      .when(new CreateTodo({ todoId, title: 'x' }))
      .thenFails(/exists already/);
    await decider(createTodo)
      .given()
      .when(new CreateTodo({ todoId, title: 'x' }))
      .thenReply('created x');
    await decider(completeTodo)
      .given(created)
      .when(new CompleteTodo({ todoId }))
      .thenState({ todoId, title: 'Tea', isCompleted: true });
    await decider(dropTodo).given(created).when(new DropTodo({ todoId })).thenState(undefined);
    await decider(dropTodo).given(created).when(new DropTodo({ todoId })).then(new TodoDropped({ todoId }));
  });

  it('gives the decision its context and what it asks for', async () => {
    const test = decider(guarded).given(created);
    await test.when(new CompleteTodo({ todoId }), { injected: { limits: { max: 1 } } }).then(completed);
    const options = { injected: { limits: { max: 0 } }, context: [User('ada')] };
    await test.when(new CompleteTodo({ todoId }), options).thenFails('test.locked');
  });

  it.each<[string, () => Promise<void>]>([
    ['another event', () => decider(renameTodo).given(created).when(rename).then(completed)],
    [
      'other data',
      () =>
        decider(renameTodo)
          .given(created)
          .when(rename)
          .then(new TodoRenamed({ todoId, title: 'x' })),
    ],
    ['one event too few', () => decider(renameTodo).given(created).when(rename).then(renamed, completed)],
    ['an event', () => decider(renameTodo).given(created).when(rename).thenNothing()],
    ['no failure', () => decider(renameTodo).given(created).when(rename).thenFails('NOT_FOUND')],
    ['another failure', () => decider(renameTodo).given().when(rename).thenFails('CONFLICT')],
    [
      'another text',
      () =>
        decider(renameTodo)
          .given()
          .when(rename)
          .thenFails(/exists already/),
    ],
    ['another state', () => decider(renameTodo).given(created).when(rename).thenState(undefined)],
    ['another reply', () => decider(dropTodo).given(created).when(new DropTodo({ todoId })).thenReply('x')],
    ['a failure instead of events', () => decider(renameTodo).given().when(rename).then(renamed)],
    ['a past that cannot be', () => decider(renameTodo).given(completed).when(rename).then(renamed)],
  ])('fails where there is %s', async (_what, run) => {
    await expect(run()).rejects.toThrow();
  });
});
