import { ListTodoEvents, type TodoEvent } from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { Entities, on } from 'anywise';
import { isSeenBy, todo } from '../todo.js';

export const listTodoEvents = on(ListTodoEvents)
  .inject({ entities: Entities })
  .handle(async ({ todoId }, context, { entities }) => {
    const { state } = await entities.load(todo, todoId);
    if (state === undefined || !isSeenBy(context.get(CurrentUser), state)) return null;
    const history = await entities.history(todo, todoId);
    return history.flatMap(({ event, type, version }): TodoEvent[] => {
      // What was erased says nothing any more.
      return event === undefined
        ? []
        : [{ version, type, timestamp: event.timestamp, data: Object.fromEntries(Object.entries(event)) }];
    });
  });
