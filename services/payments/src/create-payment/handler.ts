import { randomUUID } from 'node:crypto';
import { CreatePayment, PaymentCreated, type Payment } from '@anywise/contracts/payments';
import { Anywise, on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const createPayment = on(CreatePayment)
  .inject({ payments: PaymentRepository, anywise: Anywise })
  .handle(async ({ orderId, amount, currency }, _context, { payments, anywise }) => {
    const paymentId = randomUUID();
    const createdAt = new Date().toISOString();
    const payment: Payment = { paymentId, orderId, amount, currency, status: 'captured', rejection: null, createdAt };
    await payments.add(payment);
    await anywise.publish(new PaymentCreated({ paymentId, orderId, amount, currency }));
    return payment;
  });
