import { z } from 'zod';
import { domainError } from './domain-error.js';
import { Command, Event, type ErrorsOf, type ReplyOf } from './message.js';
import { command, event, query } from './declare.js';
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
