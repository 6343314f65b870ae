import { CancelUnpaidOrder, OrderPlaced, OrderStarted } from '@anywise/contracts/orders';
import { saga } from 'anywise';
import { z } from 'zod';
import { UnpaidLimitMs } from '../config.js';

const Fulfilment = z.object({ step: z.enum(['placed', 'started', 'unpaid']), orderId: z.string() });

/** From a placed order to one that is paid, or to the end of the time in which it should have been. */
export const fulfilment = saga('orders.fulfilment', { state: Fulfilment, timeouts: ['unpaid'] })
  .inject({ unpaidLimitMs: UnpaidLimitMs })
  .starts(OrderPlaced, ({ orderId }, saga, { unpaidLimitMs }) =>
    saga.to({ step: 'placed', orderId }).after('unpaid', unpaidLimitMs),
  )
  // Orders that were placed before there was this saga have none.
  .on(OrderStarted, { early: 'ignore' }, ({ orderId }, _state, saga) => saga.end({ step: 'started', orderId }))
  .onTimeout('unpaid', ({ orderId }, saga) =>
    saga.end({ step: 'unpaid', orderId }).enqueue(new CancelUnpaidOrder({ orderId })),
  );
