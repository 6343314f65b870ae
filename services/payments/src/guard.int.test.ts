import { CreatePayment, GetPayment, ListPayments } from '@anywise/contracts/payments';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from './app.js';

it.each([
  new CreatePayment({ orderId: 'o-1', amount: 1250, currency: 'EUR' }),
  new GetPayment({ paymentId: 'p-1' }),
  new ListPayments({}),
])('refuses $type where no user asks', async (message) => {
  await using payments = await startTestService(app);
  await expect(payments.service.anywise.send(message)).rejects.toThrow(
    `\`${message.type}\` has no user. Send it with \`CurrentUser\` in its context.`,
  );
});
