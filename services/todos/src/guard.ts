import { CompleteTodo, CreateTodo, GetTodo, ListTodoEvents, ListTodos, RenameTodo } from '@anywise/contracts/todos';
import { CurrentUser } from '@anywise/service';
import { on, TerminalError } from 'anywise';
import { authorized } from 'anywise/guards';

/** A todo belongs to a user: without one, todos cannot be created, changed or read. */
export const usersOnly = on(CreateTodo, RenameTodo, CompleteTodo, GetTodo, ListTodos, ListTodoEvents).guard(
  authorized({
    allow: (_message, context) => context.find(CurrentUser) !== undefined,
    refusal: ({ type }) => new TerminalError(`\`${type}\` has no user. Send it with \`CurrentUser\` in its context.`),
  }),
);
