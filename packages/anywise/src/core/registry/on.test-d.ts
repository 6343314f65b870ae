import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey, type Context, type FrozenContext } from '../message/context.js';
import type { Guard, OpaqueReply, SinkDefinition } from './definitions.js';
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
