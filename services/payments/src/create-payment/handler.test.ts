import { CreatePayment, PaymentCreated, type Payment } from '@anywise/contracts/payments';
import { CurrentUser, type User } from '@anywise/service';
import { expect, it } from '@jest/globals';
import { SqlTransaction } from 'anywise';
import { recordingBus, testContext } from 'anywise/testing';
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
  readonly owners: User[] = [];

  constructor() {
    super(new NoDatabase());
  }

  override async add(payment: Payment, owner: User): Promise<void> {
    this.added.push(payment);
    this.owners.push(owner);
  }
}

const ada: User = { id: 'ada' };

it('captures a payment, keeps it, and tells of it', async () => {
  const payments = new Payments();
  const { anywise, published } = recordingBus();
  const command = new CreatePayment({ orderId: 'o-1', amount: 1250, currency: 'EUR' });

  const payment = await createPayment.run(command, testContext(CurrentUser(ada)), { payments, anywise });

  expect(payment).toMatchObject({ orderId: 'o-1', amount: 1250, currency: 'EUR', status: 'captured', rejection: null });
  expect(payments.added).toEqual([payment]);
  expect(payments.owners).toEqual([ada]);
  expect(published).toEqual([
    new PaymentCreated({
      paymentId: payment.paymentId,
      orderId: 'o-1',
      amount: 1250,
      currency: 'EUR',
      payerId: 'ada',
    }),
  ]);
});

it('takes a payment each time it is asked, with an id of its own', async () => {
  const payments = new Payments();
  const { anywise } = recordingBus();
  const command = new CreatePayment({ orderId: 'o-1', amount: 1250, currency: 'EUR' });
  await createPayment.run(command, testContext(CurrentUser(ada)), { payments, anywise });
  await createPayment.run(command, testContext(CurrentUser(ada)), { payments, anywise });
  expect(new Set(payments.added.map(({ paymentId }) => paymentId)).size).toBe(2);
});
