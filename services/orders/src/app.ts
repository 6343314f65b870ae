import { orders } from '@anywise/contracts/orders';
import { payments } from '@anywise/contracts/payments';
import { readMigrations, type ServiceDefinition } from '@anywise/service';
import { MessageRegistry } from 'anywise';
import { cancelUnpaidOrder } from './cancel-unpaid-order/handler.js';
import { unpaidLimit } from './config.js';
import { fulfilment } from './fulfilment/saga.js';
import { getOrder } from './get-order/handler.js';
import { getOrderRoute } from './get-order/route.js';
import { getOrderPayment } from './get-order-payment/handler.js';
import { getOrderPaymentRoute } from './get-order-payment/route.js';
import { usersOnly } from './guard.js';
import { listOrders } from './list-orders/handler.js';
import { listOrdersRoute } from './list-orders/route.js';
import { onPaymentCreated } from './on-payment-created/listener.js';
import { OrderRepository } from './order.js';
import { placeOrder } from './place-order/handler.js';
import { placeOrderRoute } from './place-order/route.js';

/** Takes orders, starts those that are paid, and cancels those that are not. The table of contents of this slice. */
export const app: ServiceDefinition = {
  manifest: new URL('../package.json', import.meta.url),
  contracts: [orders, payments],
  registry: new MessageRegistry('orders').register(
    usersOnly,
    placeOrder,
    getOrder,
    getOrderPayment,
    listOrders,
    onPaymentCreated,
    cancelUnpaidOrder,
    fulfilment,
  ),
  routes: [placeOrderRoute, getOrderRoute, getOrderPaymentRoute, listOrdersRoute],
  migrations: readMigrations(new URL('../migrations/', import.meta.url)),
  settings: [unpaidLimit],
  bind: (container) => {
    container.bind(OrderRepository).toSelf();
  },
};
