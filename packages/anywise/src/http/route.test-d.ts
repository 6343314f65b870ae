import { z } from 'zod';
import { command, event, query } from '../core/message/declare.js';
import { route } from '../express/route.js';
import { route as fastifyRoute } from '../fastify/route.js';
import { route as honoRoute } from '../hono/route.js';

const Payment = z.object({ paymentId: z.string() });
class CreatePayment extends command('payments.create-payment', {
  data: z.object({ orderId: z.string(), amount: z.number(), note: z.string().optional() }),
  reply: Payment,
}) {}
class GetPayment extends query('payments.get-payment', {
  data: z.object({ paymentId: z.string() }),
  reply: Payment.nullable(),
}) {}
class ListPayments extends query('payments.list-payments', {
  data: z.object({ limit: z.coerce.number(), status: z.enum(['paid', 'declined']) }),
  reply: z.array(Payment),
}) {}
class Reconcile extends command('payments.reconcile') {}
class PaymentCreated extends event('payments.payment-created', {
  data: z.object({ paymentId: z.string() }),
  entityId: ({ paymentId }) => paymentId,
}) {}

// Path parameters that are text fields of the message.
route('get', '/payments/:paymentId', GetPayment);
route('post', '/orders/:orderId/payments', CreatePayment);
route('put', '/orders/:orderId/notes/:note', CreatePayment);
route('get', '/payments{/:status}', ListPayments);
route('get', '/payments/first-:limit.json', ListPayments);
route('post', '/reconcile', Reconcile);

// @ts-expect-error -- the message has no field `id`
route('get', '/payments/:id', GetPayment);
// @ts-expect-error -- the case differs
route('get', '/payments/:paymentid', GetPayment);
// @ts-expect-error -- one of two has no field
route('post', '/tenants/:tenant/orders/:orderId', CreatePayment);
// @ts-expect-error -- `amount` is a number, and a path is text
route('post', '/payments/:amount', CreatePayment);
// @ts-expect-error -- the message has no fields at all
route('post', '/reconcile/:day', Reconcile);
// @ts-expect-error -- an optional group is checked too
route('get', '/payments{/:id}', GetPayment);

// `input` reads the data, so the names are its business.
route('get', '/payments/:id', GetPayment, { input: ({ params }) => ({ paymentId: params.id }) });
// @ts-expect-error -- the data of a message is an object
route('get', '/payments/:id', GetPayment, { input: () => 'p-1' });

// The reply is typed for `headers`.
route('post', '/payments', CreatePayment, { headers: (reply) => ({ location: `/payments/${reply.paymentId}` }) });
// @ts-expect-error -- the reply has no `id`
route('post', '/payments', CreatePayment, { headers: (reply) => ({ location: `/payments/${reply.id}` }) });

// @ts-expect-error -- an unknown option
route('post', '/payments', CreatePayment, { statsu: 201 });
// @ts-expect-error -- an unknown method
route('fetch', '/payments', CreatePayment);
// @ts-expect-error -- an event is published, not asked for
route('post', '/payments', PaymentCreated);

// Each framework gives `input` and `headers` its own request.
fastifyRoute('get', '/payments/:id', GetPayment, { input: ({ params }) => Object(params) as object });
honoRoute('get', '/payments/:id', GetPayment, { input: ({ req }) => ({ paymentId: req.param('id') }) });
// @ts-expect-error -- the context of Hono has no `params`
honoRoute('get', '/payments/:id', GetPayment, { input: ({ params }) => ({ paymentId: String(params) }) });
// @ts-expect-error -- paths are checked there, too
fastifyRoute('get', '/payments/:id', GetPayment);
