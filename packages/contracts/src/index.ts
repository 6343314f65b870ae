export {
  GetOrder,
  ListOrders,
  Order,
  OrderCommand,
  OrderPlaced,
  OrderStarted,
  PaymentRejected,
  PlaceOrder,
  RejectionReason,
  orders,
} from './orders.js';
export {
  CreatePayment,
  GetPayment,
  ListPayments,
  Payment,
  PaymentCommand,
  PaymentCreated,
  payments,
} from './payments.js';
