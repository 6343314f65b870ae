import { z } from 'zod';
import type { Anywise } from './anywise.js';
import { contextKey } from '../message/context.js';
import { domainError } from '../message/domain-error.js';
import { command, event, query } from '../message/declare.js';
import type { Assert, Same } from '../../test-support/same-type.js';

class Declined extends domainError('payments.declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => reason,
}) {}
class CreatePayment extends command('payments.create-payment', {
  data: z.object({ orderId: z.string(), amount: z.number() }),
  reply: z.object({ paymentId: z.string() }),
  errors: [Declined],
}) {}
class GetPayment extends query('payments.get-payment', {
  data: z.object({ paymentId: z.string() }),
  reply: z.object({ paymentId: z.string() }).nullable(),
}) {}
class Ping extends command('payments.ping') {}
class PaymentCreated extends event('payments.payment-created', {
  data: z.object({ paymentId: z.string() }),
  entityId: ({ paymentId }) => paymentId,
}) {}
const User = contextKey<string>('user');
const create = new CreatePayment({ orderId: 'o', amount: 1 });

// What is inferred, and not `any`.
export async function use(bus: Anywise) {
  const created = await bus.send(create, { context: [User('ada')] });
  const found = await bus.send(new GetPayment({ paymentId: 'p' }));
  const pinged = bus.send(new Ping());
  await pinged;
  const tried = await bus.trySend(create);
  const told: string = tried.ok ? tried.value.paymentId : tried.error.data.reason;
  await bus.publish(new PaymentCreated({ paymentId: told }));
  return { created, found, pinged };
}

type Used = Awaited<ReturnType<typeof use>>;
export type Inferred = [
  Assert<Same<Used['created'], { paymentId: string }>>,
  Assert<Same<Used['found'], { paymentId: string } | null>>,
  Assert<Same<Used['pinged'], Promise<void>>>,
];

export async function misuse(bus: Anywise) {
  // @ts-expect-error -- an event is published
  await bus.send(new PaymentCreated({ paymentId: 'p' }));
  // @ts-expect-error -- a command is sent
  await bus.publish(create);
  // @ts-expect-error -- data is no message
  await bus.send({ orderId: 'o', amount: 1 });
  // @ts-expect-error -- the reply is no number
  const wrong: number = await bus.send(new GetPayment({ paymentId: 'p' }));
  const found = await bus.send(new GetPayment({ paymentId: 'p' }));
  // @ts-expect-error -- it may be null
  const certain = found.paymentId;
  // @ts-expect-error -- the value is no text
  await bus.send(create, { context: [User(7)] });
  // @ts-expect-error -- neither here
  await bus.publish(new PaymentCreated({ paymentId: 'p' }), { context: [User(7)] });
  // @ts-expect-error -- an event has no reply to wait for
  await bus.publish(new PaymentCreated({ paymentId: 'p' }), { timeoutMs: 5 });
  const tried = await bus.trySend(create);
  // @ts-expect-error -- only a try that failed has an error
  const failed = tried.error;
  return { wrong, certain, failed };
}
