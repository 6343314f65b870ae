import { CreatePayment, PaymentCreated, type Payment } from '@anywise/contracts';
import { expect, it } from '@jest/globals';
import { Anywise, MessageRegistry, on, SqlTransaction, type Context } from 'anywise';
import { PaymentRepository } from '../payment.js';
import { createPayment } from './handler.js';

class NoDatabase extends SqlTransaction {
  run = noDatabase;
  get = noDatabase;
  all = noDatabase;
}

async function noDatabase(): Promise<never> {
  throw new Error('There is no database here.');
}

class Payments extends PaymentRepository {
  readonly added: Payment[] = [];

  constructor() {
    super(new NoDatabase());
  }

  override async add(payment: Payment): Promise<void> {
    this.added.push(payment);
  }
}

/** A bus that keeps what is published. */
async function recordingBus() {
  const published: PaymentCreated[] = [];
  const recorder = on(PaymentCreated).listen((event) => void published.push(event));
  const anywise = new Anywise({ name: 'recorder', registries: [new MessageRegistry('recorder').register(recorder)] });
  await anywise.start();
  return { anywise, published };
}

// The handler asks nothing of it.
const context = {} as Context;

it('captures a payment, keeps it, and tells of it', async () => {
  const payments = new Payments();
  const { anywise, published } = await recordingBus();
  const command = new CreatePayment({ orderId: 'o-1', amount: 1250, currency: 'EUR' });

  const payment = await createPayment.run(command, context, { payments, anywise });

  expect(payment).toMatchObject({ orderId: 'o-1', amount: 1250, currency: 'EUR', status: 'captured', rejection: null });
  expect(payments.added).toEqual([payment]);
  expect(published).toEqual([
    new PaymentCreated({ paymentId: payment.paymentId, orderId: 'o-1', amount: 1250, currency: 'EUR' }),
  ]);
});

it('takes a payment each time it is asked, with an id of its own', async () => {
  const payments = new Payments();
  const { anywise } = await recordingBus();
  const command = new CreatePayment({ orderId: 'o-1', amount: 1250, currency: 'EUR' });
  await createPayment.run(command, context, { payments, anywise });
  await createPayment.run(command, context, { payments, anywise });
  expect(new Set(payments.added.map(({ paymentId }) => paymentId)).size).toBe(2);
});
