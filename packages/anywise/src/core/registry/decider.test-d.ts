import { z } from 'zod';
import { Entities } from '../entities/entities.js';
import { entity } from '../entities/entity.js';
import { command, event } from '../message/declare.js';
import { token } from '../ports/container.js';
import { decider } from '../../testing/decider.js';
import type { Assert, Same } from '../../test-support/same-type.js';
import {
  CompleteTodo,
  CreateTodo,
  RenameTodo,
  Todo,
  TodoCompleted,
  TodoCreated,
  TodoDropped,
  TodoRenamed,
  createTodo,
  renameTodo,
  todo,
} from '../../test-support/todos.js';
import { on } from './on.js';
import { MessageRegistry } from './registry.js';

const byId = ({ todoId }: { readonly todoId: string }): string => todoId;
class OrderPlaced extends event('shop.order-placed', {
  data: z.object({ orderId: z.string() }),
  entityId: ({ orderId }) => orderId,
}) {}
const Limits = token<{ readonly max: number }>('Limits');
const registry = new MessageRegistry('test');
const created = new TodoCreated({ todoId: 't', title: 'x' });

// The state and the events are inferred, and a decision may be one event, several, or none.
on(RenameTodo)
  .entity(todo, byId)
  .decide(({ title, todoId }, { isCompleted }) => (isCompleted ? undefined : new TodoRenamed({ todoId, title })));
on(RenameTodo)
  .entity(todo, byId)
  .decide(({ todoId, title }) => [new TodoRenamed({ todoId, title }), new TodoCompleted({ todoId })]);
on(CompleteTodo)
  .inject({ limits: Limits })
  .entity(todo, byId)
  .decide(async ({ todoId }, _todo, _context, { limits }) => (limits.max > 0 ? new TodoCompleted({ todoId }) : []));
on(RenameTodo, CompleteTodo)
  .entity(todo, byId)
  .decide(({ todoId }) => new TodoCompleted({ todoId }));

const completing = on(CompleteTodo).entity(todo, byId);
const renaming = on(RenameTodo).entity(todo, byId);
const creating = on(CreateTodo).entity(todo, byId);
const order = new OrderPlaced({ orderId: 'o' });
// @ts-expect-error -- an event of another entity
completing.decide(() => order);
// @ts-expect-error -- a field that the state lacks
completing.decide((_command, { done }) => done);
// @ts-expect-error -- the command has no such field
on(CompleteTodo).entity(todo, ({ id }) => id);
// @ts-expect-error -- an entity begins with an event
renaming.create(() => undefined);
// @ts-expect-error -- and so with more than none
renaming.create(() => []);

// A command with a reply needs one.
const unanswered = creating.create(() => created);
// @ts-expect-error -- nothing says what the reply is
registry.register(unanswered);
// @ts-expect-error -- the reply is a text
unanswered.reply(({ isCompleted }) => isCompleted);
registry.register(
  on(CreateTodo)
    .entity(todo, byId)
    .create(() => created)
    .reply(async ({ title }, { todoId }) => `${title} ${todoId}`),
  renameTodo,
  todo,
);
const renames = renaming.decide(() => undefined);
// @ts-expect-error -- a command without a reply has none
export const noReply = renames.reply;

// @ts-expect-error -- a state without all of its fields
todo.evolve(TodoCompleted, ({ todoId }) => ({ todoId }));
// @ts-expect-error -- a state that may not be there
todo.create(TodoRenamed, () => null);
// @ts-expect-error -- a command is no event
todo.evolve(CompleteTodo, (state) => state);
// @ts-expect-error -- events have no entity that decides on them
export const noEntity = on(TodoCreated).entity;
// @ts-expect-error -- the state has a schema
entity('test.other', {});

// A state that is a union can be narrowed, and literals are kept.
const Step = z.discriminatedUnion('step', [
  z.object({ step: z.literal('placed') }),
  z.object({ step: z.literal('paid'), paymentId: z.string() }),
]);
class Pay extends command('shop.pay', { data: z.object({ todoId: z.string() }) }) {}
const purchase = entity('shop.order', { state: Step })
  .create(TodoCreated, () => ({ step: 'placed' }))
  .evolve(TodoRenamed, (state, { title }) => (state.step === 'paid' ? state : { step: 'paid', paymentId: title }))
  .evolve(TodoDropped, () => null);
on(Pay)
  .entity(purchase, byId)
  .decide(({ todoId }, state) => (state.step === 'paid' ? [] : new TodoRenamed({ todoId, title: 'p' })));
type Events = NonNullable<(typeof purchase)['~event']>;
type _events = Assert<Same<Events, TodoCreated | TodoRenamed | TodoDropped>>;

export async function handle(entities: Entities): Promise<string | undefined> {
  const loaded = await entities.load(todo, 't');
  type _state = Assert<Same<typeof loaded.state, z.infer<typeof Todo> | undefined>>;
  await loaded.append(new TodoCompleted({ todoId: 't' }), created);
  // @ts-expect-error -- an event of another entity
  await loaded.append(new OrderPlaced({ orderId: 'o' }));
  const [first] = await entities.history(todo, 't');
  return first?.event?.type === 'test.todo-renamed' ? first.event.title : loaded.state?.title;
}

const create = new CreateTodo({ todoId: 't', title: 'x' });
const complete = new CompleteTodo({ todoId: 't' });
const test = decider(createTodo);
void test.given(created).when(create).thenReply('x');
// @ts-expect-error -- events of another entity
test.given(order);
// @ts-expect-error -- another command
test.given().when(complete);
// @ts-expect-error -- another reply
void test.given().when(create).thenReply(1);
const limited = on(CompleteTodo)
  .inject({ limits: Limits })
  .entity(todo, byId)
  .decide(() => undefined);
void decider(limited)
  .given()
  .when(complete, { injected: { limits: { max: 1 } } })
  .thenNothing();
// @ts-expect-error -- it asks for the limits
decider(limited).given().when(complete);
