import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { command, event } from '../core/message/declare.js';
import { token } from '../core/ports/container.js';
import { saga } from '../core/sagas/saga.js';

const data = z.object({ orderId: z.string() });
const entityId = ({ orderId }: { readonly orderId: string }): string => orderId;
const ofPayment = z.object({ paymentId: z.string(), orderId: z.string() });
const paymentId = ({ paymentId }: { readonly paymentId: string }): string => paymentId;

export class OrderPlaced extends event('test.order-placed', { entityId, data }) {}
export class PaymentCaptured extends event('test.payment-captured', { entityId: paymentId, data: ofPayment }) {}
export class PaymentRefunded extends event('test.payment-refunded', { entityId: paymentId, data: ofPayment }) {}
export class OrderShipped extends event('test.order-shipped', { entityId, data }) {}
export class OrderUnpaid extends event('test.order-unpaid', { entityId, data }) {}
export class StartOrder extends command('test.start-order', { data: ofPayment }) {}
export class CancelOrder extends command('test.cancel-order', { data }) {}
export class RefundPayment extends command('test.refund-payment', { data: z.object({ paymentId: z.string() }) }) {}

export const fulfilmentContract = contract('test', {
  ...{
    OrderPlaced,
    PaymentCaptured,
    PaymentRefunded,
    OrderShipped,
    OrderUnpaid,
    StartOrder,
    CancelOrder,
    RefundPayment,
  },
});

export const PayWithinMs = token<number>('PayWithinMs');

export const Fulfilment = z.discriminatedUnion('step', [
  z.object({ step: z.literal('placed'), orderId: z.string() }),
  z.object({ step: z.literal('shipping'), orderId: z.string(), paymentId: z.string() }),
  z.object({ step: z.enum(['shipped', 'unpaid', 'refunded']), orderId: z.string() }),
]);

const byOrder = { key: ({ orderId }: { readonly orderId: string }): string => orderId };

/** From a placed order to one that is shipped, or unpaid, or paid back: its payments are entities of their own. */
export const fulfilment = saga('test.fulfilment', { state: Fulfilment, timeouts: ['unpaid', 'unshipped'] })
  .inject({ payWithinMs: PayWithinMs })
  .starts(OrderPlaced, ({ orderId }, saga, { payWithinMs }) =>
    saga.to({ step: 'placed', orderId }).after('unpaid', payWithinMs),
  )
  .on(PaymentCaptured, byOrder, ({ paymentId }, state, saga) => {
    const { orderId } = state;
    if (state.step !== 'placed') return saga.stay().enqueue(new RefundPayment({ paymentId }));
    return saga
      .to({ step: 'shipping', orderId, paymentId })
      .clear('unpaid')
      .after('unshipped', 60_000)
      .enqueue(new StartOrder({ orderId, paymentId }), { key: orderId });
  })
  .onTimeout('unpaid', ({ orderId }, saga) =>
    saga.end({ step: 'unpaid', orderId }).enqueue(new CancelOrder({ orderId })).publish(new OrderUnpaid({ orderId })),
  )
  .onTimeout('unshipped', (state, saga) =>
    state.step === 'shipping' ? saga.stay().enqueue(new RefundPayment({ paymentId: state.paymentId })) : saga.stay(),
  )
  .late(PaymentCaptured, byOrder, ({ paymentId }, _state, saga) =>
    saga.stay().enqueue(new RefundPayment({ paymentId })),
  )
  .on(OrderShipped, ({ orderId }, _state, saga) => saga.end({ step: 'shipped', orderId }))
  .on(PaymentRefunded, byOrder, (_event, { orderId }, saga) => saga.end({ step: 'refunded', orderId }));
