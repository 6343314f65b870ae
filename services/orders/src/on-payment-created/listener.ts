import { OrderStarted, PaymentRejected } from '@anywise/contracts/orders';
import { PaymentCreated } from '@anywise/contracts/payments';
import { Log } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { OrderRepository } from '../order.js';
import { decide } from './decide.js';

export const onPaymentCreated = on(PaymentCreated)
  .inject({ orders: OrderRepository, anywise: Anywise, log: Log })
  .listen(async (payment, context, { orders, anywise, log }) => {
    const { paymentId, orderId } = payment;
    const decision = decide(await orders.find(orderId), payment);
    if (decision.outcome === 'nothing') return;
    if (decision.outcome === 'reject') {
      const { reason } = decision;
      await anywise.publish(new PaymentRejected({ paymentId, orderId, reason }));
      log.of(context).warn({ orderId, paymentId, reason }, `Payment ${paymentId} rejected: ${reason}`);
      return;
    }
    await orders.start(orderId, paymentId);
    await anywise.publish(new OrderStarted({ orderId, paymentId }));
    log.of(context).info({ orderId, paymentId }, `Order ${orderId} started`);
  });
