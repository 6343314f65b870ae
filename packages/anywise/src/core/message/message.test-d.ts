import { z } from 'zod';
import { domainError } from './domain-error.js';
import { Command, Event, type ErrorsOf, type ReplyOf } from './message.js';
import { command, event, query } from './declare.js';
import type { Anywise, Transaction } from '../bus/anywise.js';
import type { HandlerDefinition } from '../registry/definitions.js';
import { on } from '../registry/on.js';
import type { RecordingBus } from '../../testing/recording-bus.js';
import type { Context } from './context.js';
import type { Assert, Same } from '../../test-support/same-type.js';

const Currency = z.enum(['EUR', 'CHF']);
const Payment = z.object({ paymentId: z.string(), currency: Currency });
class Declined extends domainError('payments.declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => reason,
}) {}
abstract class PaymentCommand extends Command {}
class CreatePayment extends command('payments.create-payment', {
  base: PaymentCommand,
  data: z.object({ orderId: z.string(), amount: z.number(), currency: Currency.default('EUR') }),
  reply: Payment,
  errors: [Declined],
}) {}
class GetPayment extends query('payments.get-payment', {
  data: z.object({ paymentId: z.string() }),
  reply: Payment.nullable(),
}) {}
class Ping extends command('payments.ping') {}
class PaymentCreated extends event('payments.payment-created', {
  data: z.object({ paymentId: z.string(), orderId: z.string() }),
  entityId: ({ orderId }) => orderId,
}) {}
class OrderPlaced extends event('orders.order-placed', {
  data: z.object({ orderId: z.string(), total: z.number() }),
  entityId: ({ orderId }) => orderId,
}) {}

const create = new CreatePayment({ orderId: 'o', amount: 1 });
new Ping();
new PaymentCreated({ paymentId: 'p', orderId: 'o' }, { eventId: 'e' });

// What is inferred, and not `any`.
export type Inferred = [
  Assert<Same<ReplyOf<CreatePayment>, { paymentId: string; currency: 'EUR' | 'CHF' }>>,
  Assert<Same<ReplyOf<GetPayment>, { paymentId: string; currency: 'EUR' | 'CHF' } | null>>,
  Assert<Same<ReplyOf<Ping>, void>>,
  Assert<Same<ErrorsOf<CreatePayment>['data'], { reason: string }>>,
  Assert<Same<ErrorsOf<CreatePayment>['type'], 'payments.declined'>>,
  Assert<Same<typeof create.amount, number>>,
  Assert<Same<typeof create.currency, 'EUR' | 'CHF'>>,
  Assert<Same<typeof create.type, 'payments.create-payment'>>,
  Assert<Same<(typeof CreatePayment)['type'], 'payments.create-payment'>>,
];

// A union of events is told apart by `type`.
export function amountOf(heard: PaymentCreated | OrderPlaced): number | string {
  return heard.type === 'orders.order-placed' ? heard.total : heard.paymentId;
}

// The edge gives an instance of the class itself.
export const parsed: CreatePayment = CreatePayment.parse({});

// @ts-expect-error -- `amount` is a number
new CreatePayment({ orderId: 'o', amount: '12' });
// @ts-expect-error -- `orderId` is missing
new CreatePayment({ amount: 1 });
// @ts-expect-error -- `colour` is no field
new CreatePayment({ orderId: 'o', amount: 1, colour: 'red' });
// @ts-expect-error -- the data is missing
new GetPayment();
// @ts-expect-error -- a message cannot be changed
create.amount = 2;
// @ts-expect-error -- another message, though of a similar shape
export const similar: CreatePayment = new OrderPlaced({ orderId: 'o', total: 1 });
// @ts-expect-error -- data that went through the schema could not go through it again
command('test.transforms', { data: z.object({ at: z.string().transform((text) => new Date(text)) }) });
// @ts-expect-error -- every message has a `type` already
command('test.reserved', { data: z.object({ type: z.string() }) });
// @ts-expect-error -- every event has an `eventId` already
event('test.reserved', { data: z.object({ eventId: z.string() }), entityId: () => '' });
// @ts-expect-error -- an event says which entity it happened to
event('test.no-entity', { data: z.object({ id: z.string() }) });
// @ts-expect-error -- the data has no `other`
event('test.no-field', { data: z.object({ id: z.string() }), entityId: (data) => data.other });
// @ts-expect-error -- a command does not extend a group of events
command('test.wrong-base', { base: Event });

abstract class UserCommand extends Command {
  declare readonly userId: string;
}
class Rename extends command('users.rename', {
  base: UserCommand,
  data: z.object({ userId: z.string(), name: z.string() }),
}) {}
export const user: UserCommand = new Rename({ userId: 'u', name: 'n' });
// @ts-expect-error -- the base says that `userId` is text
command('users.wrong-field', { base: UserCommand, data: z.object({ userId: z.number() }) });
// @ts-expect-error -- the base has a `userId`
command('users.missing-field', { base: UserCommand, data: z.object({ name: z.string() }) });

// Data may be a union: the class has the fields of all members, and what tells them apart narrows it where it is handled.
const Card = z.object({ method: z.literal('card'), id: z.string(), pan: z.string() });
const Iban = z.object({ method: z.literal('iban'), id: z.string(), iban: z.string(), bic: z.string().optional() });
class PayBy extends command('payments.pay-by', {
  base: PaymentCommand,
  data: z.discriminatedUnion('method', [Card, Iban]),
  reply: z.string(),
}) {
  get label(): string {
    return `${this.method} ${this.pan ?? this.iban ?? ''}`;
  }
}
class PaidBy extends event('payments.paid-by', {
  data: z.discriminatedUnion('method', [Card, Iban]),
  entityId: (paid) => (paid.method === 'card' ? paid.pan : paid.iban),
}) {}
const payBy = new PayBy({ method: 'card', id: '1', pan: '4' });
export type Unions = [
  Assert<Same<typeof payBy.method, 'card' | 'iban'>>,
  Assert<Same<typeof payBy.id, string>>,
  Assert<Same<typeof payBy.pan, string | undefined>>,
  Assert<Same<typeof payBy.bic, string | undefined>>,
  Assert<Same<ReplyOf<PayBy>, string>>,
];
new PaidBy({ method: 'iban', id: '1', iban: 'DE' });
// @ts-expect-error -- a card has no `iban`
new PayBy({ method: 'card', id: '1', iban: 'DE' });
// @ts-expect-error -- a message cannot be changed
payBy.pan = '5';
on(PayBy).handle(async (pay) => {
  // @ts-expect-error -- it may be a card
  const early: string = pay.iban;
  return pay.method === 'card' ? pay.pan : `${pay.iban} ${early} ${pay.label}`;
});
on(PayBy).before((pay) => {
  if (pay.method === 'card') console.log(pay.pan.length);
});
on(PaidBy, PaymentCreated).listen((heard) => {
  if (heard.type === 'payments.paid-by' && heard.method === 'iban') console.log(heard.iban);
});
export const handled: HandlerDefinition<PayBy, string, []> = on(PayBy).handle(async ({ id }) => id);
void handled.run(payBy, {} as Context);

// Data is an object of fields.
// @ts-expect-error -- a list has no fields
command('test.list', { data: z.array(z.string()) });
// @ts-expect-error -- a text has no fields
command('test.text', { data: z.string() });
// @ts-expect-error -- a map has no fields
command('test.map', { data: z.map(z.string(), z.string()) });
class Loose extends command('test.loose', { data: z.looseObject({ id: z.string() }) }) {}
class Recorded extends command('test.recorded', { data: z.record(z.string(), z.number()) }) {}
export const loose = new Loose({ id: '1', more: 1 });
export type Open = [Assert<Same<typeof loose.id, string>>, Assert<Same<(typeof loose)['more'], unknown>>];
new Recorded({ a: 1 });

// A command that waits can be brought up to date.
command('test.moved', {
  version: 2,
  data: z.object({ a: z.string() }),
  upcast: { 1: (old: { b: string }) => ({ a: old.b }) },
});

// A group may say what the commands below it reply.
abstract class ReceiptCommand extends Command {
  declare readonly '~reply': { readonly receipt: string };
}
const Receipt = z.object({ receipt: z.string() });
class Refund extends command('payments.refund', {
  base: ReceiptCommand,
  data: z.object({ id: z.string() }),
  reply: Receipt,
}) {}
class Cancel extends command('payments.cancel', { base: ReceiptCommand }) {}
export type Grouped = [
  Assert<Same<ReplyOf<Refund>['receipt'], string>>,
  Assert<Same<ReplyOf<Cancel>['receipt'], string>>,
];
// @ts-expect-error -- the group's reply has no `total`
command('payments.total', { base: ReceiptCommand, reply: z.object({ receipt: z.string(), total: z.number() }) });
// @ts-expect-error -- the group replies a receipt
command('payments.number', { base: ReceiptCommand, reply: z.number() });

// A query is not enqueued.
export function enqueue(anywise: Anywise, tx: Transaction, bus: RecordingBus): void {
  void anywise.enqueue(create);
  void tx.enqueue(create);
  // @ts-expect-error -- its reply would be lost
  void anywise.enqueue(new GetPayment({ paymentId: 'p' }));
  // @ts-expect-error -- its reply would be lost
  void tx.enqueue(new GetPayment({ paymentId: 'p' }));
  // @ts-expect-error -- its reply would be lost
  void bus.anywise.enqueue(new GetPayment({ paymentId: 'p' }));
  // @ts-expect-error -- also where its group is one of commands
  void anywise.enqueue(new FindPayment({ paymentId: 'p' }));
  // @ts-expect-error -- an event is published
  void anywise.enqueue(new OrderPlaced({ orderId: 'o', total: 1 }));
}
class FindPayment extends query('payments.find', { base: PaymentCommand, data: z.object({ paymentId: z.string() }) }) {}
