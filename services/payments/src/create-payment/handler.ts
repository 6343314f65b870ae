import { randomUUID } from 'node:crypto';
import { CreatePayment, PaymentCreated, type Payment } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const createPayment = on(CreatePayment)
  .inject({ payments: PaymentRepository, anywise: Anywise })
  .handle(async ({ orderId, amount, currency }, context, { payments, anywise }) => {
    const payer = context.get(CurrentUser);
    const paymentId = randomUUID();
    const createdAt = new Date().toISOString();
    const payment: Payment = { paymentId, orderId, amount, currency, status: 'captured', rejection: null, createdAt };
    await payments.add(payment, payer);
    await anywise.publish(new PaymentCreated({ paymentId, orderId, amount, currency, payerId: payer.id }));
    return payment;
  });
