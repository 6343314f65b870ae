import { orders } from '@anywise/contracts/orders';
import { payments } from '@anywise/contracts/payments';
import { readMigrations, type ServiceDefinition } from '@anywise/service';
import { MessageRegistry } from 'anywise';
import { createPayment } from './create-payment/handler.js';
import { createPaymentRoute } from './create-payment/route.js';
import { getPayment } from './get-payment/handler.js';
import { getPaymentOfOrder } from './get-payment-of-order/handler.js';
import { getPaymentRoute } from './get-payment/route.js';
import { usersOnly } from './guard.js';
import { listPayments } from './list-payments/handler.js';
import { listPaymentsRoute } from './list-payments/route.js';
import { onPaymentRejected } from './on-payment-rejected/listener.js';
import { PaymentRepository } from './payment.js';

/** Takes payments. The table of contents of this slice. */
export const app: ServiceDefinition = {
  manifest: new URL('../package.json', import.meta.url),
  contracts: [payments, orders],
  registry: new MessageRegistry('payments').register(
    usersOnly,
    createPayment,
    getPayment,
    getPaymentOfOrder,
    listPayments,
    onPaymentRejected,
  ),
  routes: [createPaymentRoute, getPaymentRoute, listPaymentsRoute],
  migrations: readMigrations(new URL('../migrations/', import.meta.url)),
  bind: (container) => {
    container.bind(PaymentRepository).toSelf();
  },
};
