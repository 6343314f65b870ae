import { CreatePayment, GetPaymentOfOrder, type Payment } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { SqlTransaction } from 'anywise';
import { app } from '../app.js';

async function pay({ service }: TestService, payer: string, amount: number): Promise<Payment> {
  const command = new CreatePayment({ orderId: 'o-1', amount, currency: 'EUR' });
  return service.anywise.send(command, { context: [CurrentUser({ id: payer })] });
}

it('gives what the payer has paid for the order, and not what others have', async () => {
  await using payments = await startTestService(app);
  await pay(payments, 'bob', 1);
  const paid = await pay(payments, 'ada', 2);
  const ask = (orderId: string, payerId: string | null) =>
    payments.service.anywise.send(new GetPaymentOfOrder({ orderId, payerId }));
  await expect(ask('o-1', 'ada')).resolves.toEqual(paid);
  await expect(ask('o-1', 'eve')).resolves.toBeNull();
  await expect(ask('o-1', null)).resolves.toBeNull();
  await expect(ask('o-2', 'ada')).resolves.toBeNull();
});

it('prefers a payment that was not rejected, and finds those from before payers were kept', async () => {
  await using payments = await startTestService(app);
  const good = await pay(payments, 'ada', 2);
  const rejected = await pay(payments, 'ada', 3);
  await payments.service.anywise.transaction(async (transaction) => {
    const sql = await transaction.get(SqlTransaction);
    await sql.run(`UPDATE payment SET status = 'rejected', owner_id = NULL WHERE payment_id = ?`, rejected.paymentId);
    await sql.run('UPDATE payment SET owner_id = NULL');
  });
  const found = await payments.service.anywise.send(new GetPaymentOfOrder({ orderId: 'o-1', payerId: null }));
  expect(found).toEqual(good);
});
