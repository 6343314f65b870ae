import { expect, it } from '@jest/globals';
import { TodoRenamed, todos } from './todos.js';

it('keeps its wire names and versions for ever', () => {
  expect([...todos.messages.values()].map(({ kind, type, version }) => `${kind} ${type} v${version}`)).toEqual([
    'command todos.create-todo v1',
    'command todos.rename-todo v1',
    'command todos.complete-todo v1',
    'query todos.get-todo v1',
    'query todos.list-todos v1',
    'query todos.list-todo-events v1',
    'event todos.todo-created v1',
    'event todos.todo-renamed v1',
    'event todos.todo-completed v1',
  ]);
});

it('keeps the events of one todo in order', () => {
  expect(new TodoRenamed({ todoId: 't-1', title: 'Tea' }).entityId).toBe('t-1');
});
