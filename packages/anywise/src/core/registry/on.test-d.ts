import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey, type Context, type FrozenContext } from '../message/context.js';
import type { BatchContext, Guard, OpaqueReply, SinkDefinition } from './definitions.js';
import { Command, Event } from '../message/message.js';
import { command, event, query } from '../message/declare.js';
import { handles, listens, methods } from './methods.js';
import { on } from './on.js';
import { MessageRegistry } from './registry.js';
import { token } from '../ports/container.js';
import { memorySink } from '../../sinks/memory.js';
import type { Assert, Same } from '../../test-support/same-type.js';

const Currency = z.enum(['EUR', 'CHF']);
abstract class PaymentCommand extends Command {}
class CreatePayment extends command('payments.create-payment', {
  base: PaymentCommand,
  data: z.object({ orderId: z.string(), amount: z.number() }),
  reply: z.object({ paymentId: z.string(), currency: Currency }),
}) {}
class Ping extends query('payments.ping', { reply: z.literal('pong') }) {}
class PaymentCreated extends event('payments.payment-created', {
  data: z.object({ paymentId: z.string() }),
  entityId: ({ paymentId }) => paymentId,
}) {}
class OrderPlaced extends event('orders.order-placed', {
  data: z.object({ orderId: z.string() }),
  entityId: ({ orderId }) => orderId,
}) {}
abstract class Mailer {
  abstract send(text: string): Promise<void>;
}
const Limits = token<{ readonly max: number }>('Limits');
const User = contextKey<string>('user');

// A handler may return literals, and is told what it gets.
const createPayment = on(CreatePayment)
  .inject({ mailer: Mailer, limits: Limits })
  .handle(async (payment, context, { mailer, limits }) => {
    await mailer.send(`${limits.max} ${context.set(User, 'ada').get(User)}`);
    return { paymentId: payment.orderId, currency: 'EUR' };
  });
on(Ping).handle(async () => 'pong');

// @ts-expect-error -- the reply has other fields
on(CreatePayment).handle(async () => ({ id: 1 }));
// @ts-expect-error -- `USD` is no currency
on(CreatePayment).handle(async () => ({ paymentId: 'p', currency: 'USD' }));
// @ts-expect-error -- a reply is owed
on(CreatePayment).handle(async () => undefined);
// @ts-expect-error -- a command is handled, not heard
on(CreatePayment).listen(() => undefined);
// @ts-expect-error -- an event is heard, not handled
on(PaymentCreated).handle(async () => undefined);
on(Ping)
  .inject({ mailer: Mailer })
  .handle(async (_query, _context, { mailer }) => {
    // @ts-expect-error -- a mailer has no `sendd`
    await mailer.sendd('x');
    return 'pong';
  });
// @ts-expect-error -- neither a class nor a token
on(Ping).inject({ mailer: 'Mailer' });

// A batch listener gets a list, and the context of each event.
on(OrderPlaced, PaymentCreated)
  .batch({ max: 50 })
  .inject({ mailer: Mailer })
  .guardedBy(async (events, context, next) => {
    const ids: readonly string[] = events.map((each) => context.of(each).messageId);
    if (ids.length > 0) await next();
  })
  .listen(async (events, context, { mailer }) => {
    const keys: readonly string[] = context.idempotencyKeys;
    await mailer.send(`${events.map(({ eventId }) => eventId).join()} ${keys.length}`);
  });
const placed = on(OrderPlaced).batch();
// @ts-expect-error -- a batch has no single event
placed.listen(({ orderId }) => orderId);
// @ts-expect-error -- a batch is handled after the commit
placed.inline();
// @ts-expect-error -- its size is a number
on(OrderPlaced).batch({ max: '50' });
// @ts-expect-error -- commands are handled one by one
on(CreatePayment).batch();

// A guard on a group passes the reply on, and cannot invent one; on a command it may.
on(PaymentCommand).guard(async (_command, _context, next) => next());
on(Command).after((_command, _context, reply) => reply);
on(Ping).guard(async () => 'pong');
on(CreatePayment).after((_command, _context, reply) => ({ ...reply, currency: 'CHF' }));
// @ts-expect-error -- each command below has a reply of its own
on(PaymentCommand).guard(async () => ({ status: 429 }));
// @ts-expect-error -- the same for several commands
on(CreatePayment, Ping).guard(async () => 'pong');
// @ts-expect-error -- a reply of this command has other fields
on(CreatePayment).after(() => ({ status: 429 }));

class Audit implements Guard<Command> {
  async handle(_command: Command, _context: Context, next: () => Promise<OpaqueReply>): Promise<OpaqueReply> {
    return next();
  }
}
on(Command).guardWith(Audit);
on(PaymentCommand).guardWith(Audit);
// @ts-expect-error -- a mailer is no guard
on(Command).guardWith(Mailer);

// A listener is told what it gets, and events are told apart by `type`.
const heard = on(PaymentCreated).listen(({ paymentId }) => console.log(paymentId));
const heardBoth = on(PaymentCreated, OrderPlaced).listen((either) => {
  console.log(either.type === 'orders.order-placed' ? either.orderId : either.paymentId);
});
on(PaymentCreated).listen((_event, context) => {
  // @ts-expect-error -- a listener only reads its context
  context.set(User, 'eve');
});
export type Inferred = [
  Assert<Same<Parameters<typeof createPayment.run>[0], CreatePayment>>,
  Assert<Same<Parameters<typeof createPayment.run>[1], Context>>,
  Assert<Same<Parameters<typeof createPayment.run>[2]['mailer'], Mailer>>,
  Assert<Same<Parameters<typeof createPayment.run>[2]['limits'], { readonly max: number }>>,
  Assert<Same<Parameters<typeof heard.run>, [event: PaymentCreated, context: FrozenContext]>>,
  Assert<Same<Parameters<typeof heardBoth.run>[0], PaymentCreated | OrderPlaced>>,
];
new MessageRegistry('test').register(createPayment, heard, heardBoth);
on(Event).listen(({ eventId, type }) => console.log(eventId, type));
// @ts-expect-error -- an unknown policy
on(PaymentCreated).onDead('forget');
// @ts-expect-error -- commands and events are not mixed
on(PaymentCreated, CreatePayment);

// Methods, with decorators and without.
export class Service {
  @handles(Ping)
  ping(_query: Ping, _context: Context): 'pong' {
    return 'pong';
  }

  @listens(PaymentCreated)
  async hear(_event: PaymentCreated): Promise<void> {
    return undefined;
  }

  // @ts-expect-error -- takes another message
  @handles(CreatePayment)
  async wrongMessage(_query: Ping): Promise<{ paymentId: string; currency: 'EUR' }> {
    return { paymentId: 'p', currency: 'EUR' };
  }

  // @ts-expect-error -- gives another reply
  @handles(Ping)
  wrongReply(_query: Ping): string {
    return 'pang';
  }

  // @ts-expect-error -- hears another event
  @listens(OrderPlaced)
  wrongEvent(_event: PaymentCreated): void {
    return undefined;
  }

  @listens(PaymentCreated, { batch: { max: 50 } })
  hearMany(events: readonly PaymentCreated[], context: BatchContext<PaymentCreated>): void {
    const ids: readonly string[] = events.map((each) => context.of(each).messageId);
    console.log(ids, context.idempotencyKeys);
  }

  // @ts-expect-error -- a batch is a list
  @listens(PaymentCreated, { batch: {} })
  batchOfOne(_event: PaymentCreated): void {
    return undefined;
  }

  // @ts-expect-error -- a list of other events
  @listens(OrderPlaced, { batch: {} })
  wrongBatch(_events: readonly PaymentCreated[]): void {
    return undefined;
  }

  // @ts-expect-error -- without `batch` it is one event
  @listens(PaymentCreated)
  noBatch(_events: readonly PaymentCreated[]): void {
    return undefined;
  }

  // @ts-expect-error -- its size is a number
  @listens(PaymentCreated, { batch: { max: '50' } })
  wrongSize(_events: readonly PaymentCreated[]): void {
    return undefined;
  }

  pang(_query: Ping): string {
    return 'pang';
  }
}
methods(Service, { ping: Ping, hear: PaymentCreated });
// @ts-expect-error -- gives another reply
methods(Service, { pang: Ping });
// @ts-expect-error -- takes another message
methods(Service, { ping: CreatePayment });
// @ts-expect-error -- there is no such method
methods(Service, { pong: Ping });

// A sink is for events, of one class or below a group, whatever they hold.
export const audit: SinkDefinition = on(PaymentCreated).named('audit').sink(memorySink());
new MessageRegistry('test').register(
  audit,
  on(Event).sink(memorySink()),
  on(PaymentCreated, OrderPlaced).sink(memorySink()),
);
new Anywise({ name: 'test', sinks: [audit, on(Event).named('all').sink(memorySink())] });
// @ts-expect-error -- a command ends up nowhere
on(CreatePayment).sink(memorySink());
// @ts-expect-error -- a listener is registered in a registry
new Anywise({ name: 'test', sinks: [heard] });
// @ts-expect-error -- a sink is registered with the events it is for
new Anywise({ name: 'test', sinks: [memorySink()] });

// One handler may be for several commands; its reply fits each of them.
class Rename extends command('todos.rename', {
  data: z.object({ id: z.string() }),
  reply: z.object({ id: z.string() }),
}) {}
class Move extends command('todos.move', {
  data: z.object({ id: z.string(), to: z.string() }),
  reply: z.object({ id: z.string(), place: z.enum(['here', 'there']) }),
}) {}
class Tick extends command('todos.tick') {}
class Tock extends command('todos.tock') {}
const renameOrMove = on(Rename, Move)
  .inject({ mailer: Mailer })
  .retry({ attempts: 3 })
  .handle(async (change, _context, { mailer }) => {
    await mailer.send(change.type === 'todos.move' ? change.to : change.id);
    return { id: change.id, place: 'here' };
  });
on(Tick, Tock).handle(async () => undefined);
export type Several = [
  Assert<Same<Parameters<typeof renameOrMove.run>[0], Rename | Move>>,
  Assert<Same<Awaited<ReturnType<typeof renameOrMove.run>>['place'], 'here' | 'there'>>,
];
// @ts-expect-error -- `Move` wants a place
on(Rename, Move).handle(async ({ id }) => ({ id }));
// @ts-expect-error -- no reply is both
on(Rename, Ping).handle(async () => 'pong');
// @ts-expect-error -- what moves can be told only by its type
on(Rename, Move).handle(async ({ id, to }) => ({ id, place: to }));
new MessageRegistry('todos').register(renameOrMove);

// One handler may be for a group.
abstract class ReceiptCommand extends Command {
  declare readonly '~reply': { readonly receipt: string };
  declare readonly id: string;
}
on(ReceiptCommand).handle(async ({ id }) => ({ receipt: id }));
// @ts-expect-error -- the group replies a receipt
on(ReceiptCommand).handle(async () => 'receipt');
on(PaymentCommand).handle(async ({ type }) => type);
new MessageRegistry('todos').replace(on(PaymentCommand).handle(async () => undefined));
// @ts-expect-error -- an event has no handler, nor has a group of events
on(Event).handle(async () => undefined);

// What a guard on a group is given cannot be made, taken apart or put together again.
on(PaymentCommand).after((_command, _context, reply) => reply);
// @ts-expect-error -- the reply of one command may have other fields
on(PaymentCommand).after((_command, _context, reply) => ({ ...reply }));
// @ts-expect-error -- the same where the group says what it replies
on(ReceiptCommand).after((_command, _context, reply) => ({ ...reply, receipt: 'x' }));
// @ts-expect-error -- the same around
on(Command).guard(async (_command, _context, next) => ({ ...(await next()) }));
// @ts-expect-error -- the same for several commands
on(CreatePayment, Ping).after((_command, _context, reply) => ({ ...reply }));
on(ReceiptCommand).after((_command, _context, reply) => (reply.receipt === '' ? reply : reply));

// Several commands, or a group, in methods.
export class Changes {
  @handles(Rename, Move)
  change({ id }: Rename | Move): { id: string; place: 'here' } {
    return { id, place: 'here' };
  }

  @handles(ReceiptCommand)
  receipt({ id }: ReceiptCommand): { receipt: string } {
    return { receipt: id };
  }

  // @ts-expect-error -- `Move` wants a place
  @handles(Rename, Move)
  wrong({ id }: Rename | Move): { id: string } {
    return { id };
  }

  // @ts-expect-error -- it gets a `Ping` too
  @handles(Rename, Ping)
  narrow({ id }: Rename): never {
    throw new Error(id);
  }

  hear(_event: PaymentCreated | OrderPlaced): void {
    return undefined;
  }
}
methods(Changes, { change: [Rename, Move], receipt: ReceiptCommand, hear: [PaymentCreated, OrderPlaced] });
methods(Changes, { change: Move });
// @ts-expect-error -- another message
methods(Changes, { change: [Rename, Ping] });
// @ts-expect-error -- no message at all
methods(Changes, { change: 'todos.rename' });

// Standard decorators, with and without the library that knows their metadata.
declare const withMetadata: { kind: 'method'; name: string; static: false; private: false; metadata: object };
declare const withoutMetadata: {
  kind: 'method';
  name: string;
  static: false;
  private: false;
  metadata: object | undefined;
};
handles(Ping)(() => 'pong', withMetadata);
handles(Ping)(() => 'pong', withoutMetadata);
// @ts-expect-error -- gives another reply
handles(Ping)(() => 'pang', withoutMetadata);
listens(PaymentCreated, { batch: {} })((events) => console.log(events.length), withMetadata);
// @ts-expect-error -- a batch has no single event
listens(PaymentCreated, { batch: {} })(({ paymentId }) => console.log(paymentId), withMetadata);

// What a registry holds is what `on`, `methods` and decorators make.
const registry = new MessageRegistry('test');
// @ts-expect-error -- nothing
registry.register(undefined);
// @ts-expect-error -- an object of something else
registry.register({});
// @ts-expect-error -- a beginning
registry.register(on(Ping));
// @ts-expect-error -- for no message
on();
// @ts-expect-error -- a listener replaces nothing
registry.replace(heard);
