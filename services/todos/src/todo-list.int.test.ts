import { TodoCompleted, TodoCreated, TodoRenamed } from '@anywise/contracts/todos';
import { it } from '@jest/globals';
import { projected } from 'anywise/testing';
import { todoList } from './todo-list.js';

it('shows each todo as its last events have left it', async () => {
  const todoId = 't-1';
  const created = new TodoCreated({ todoId, ownerId: 'ada', title: 'Tea', content: 'green' });
  await projected(todoList)
    .given(created, new TodoRenamed({ todoId, title: 'Coffee' }), new TodoCompleted({ todoId }))
    .then('todos', [
      {
        ...{ todo_id: todoId, owner_id: 'ada', title: 'Coffee', content: 'green' },
        ...{ is_completed: 1, created_at: created.timestamp },
      },
    ]);
});
