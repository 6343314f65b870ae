import { z } from 'zod';
import { contextKey } from '../core/message/context.js';
import { domainError } from '../core/message/domain-error.js';
import { Command, Event } from '../core/message/message.js';
import { command, event, query } from '../core/message/declare.js';
import { on } from '../core/registry/on.js';
import { MessageRegistry } from '../core/registry/registry.js';
import { consoleLogger } from '../core/ports/logger.js';
import { memorySink } from '../sinks/memory.js';
import { authorized, limited, logged, rateLimited, timed } from './index.js';

abstract class PaymentCommand extends Command {}
class Refused extends domainError('payments.refused', {
  data: z.object({ paymentId: z.string() }),
  message: ({ paymentId }) => `no refund of ${paymentId}`,
}) {}
class Refund extends command('payments.refund', {
  base: PaymentCommand,
  data: z.object({ paymentId: z.string() }),
  reply: z.object({ refundId: z.string() }),
  errors: [Refused],
}) {}
class Find extends query('payments.find', { data: z.object({ id: z.string() }), reply: z.string().nullable() }) {}
class Refunded extends event('payments.refunded', {
  data: z.object({ refundId: z.string() }),
  entityId: ({ refundId }) => refundId,
}) {}
abstract class Payments {
  abstract ownerOf(paymentId: string): Promise<string>;
}
const User = contextKey<{ readonly id: string }>('user');

const guards = [
  logged({ logger: consoleLogger }),
  timed({ timeoutMs: 1_000 }),
  limited({ atOnce: 1, by: (_message, context) => context.get(User).id }),
  rateLimited({ perSecond: 1, by: ({ type }) => type }),
  authorized({ allow: ({ type }) => type !== '', refusal: ({ type }) => new Error(type) }),
];

// Each fits everything.
const registry = new MessageRegistry('test');
for (const guard of guards) {
  registry.register(
    on(Command).guard(guard),
    on(PaymentCommand).guard(guard),
    on(Refund).guard(guard),
    on(Find).guard(guard),
    on(Refund, Find).guard(guard),
    on(Refund).inject({ payments: Payments }).guard(guard),
    on(Refunded)
      .guardedBy(guard)
      .listen(() => undefined),
    on(Refunded)
      .inject({ payments: Payments })
      .guardedBy(guard, guard)
      .listen(async () => undefined),
    on(Event).named('all').guardedBy(guard).sink(memorySink()),
  );
}

// A guard that is written where it is used is told what it guards.
on(Refund).guard(limited({ atOnce: 1, by: ({ paymentId }) => paymentId }));
on(Refund).guard(rateLimited({ perSecond: 1, by: ({ paymentId }) => paymentId }));
on(Refund).guard(logged({ logger: consoleLogger, details: ({ paymentId }) => ({ paymentId }) }));
on(Refunded).guardedBy(limited({ atOnce: 1, by: ({ refundId }) => refundId }));
on(Refund)
  .inject({ payments: Payments })
  .guard(
    authorized({
      allow: async ({ paymentId }, context, { payments }) =>
        (await payments.ownerOf(paymentId)) === context.get(User).id,
      refusal: ({ paymentId }) => new Refused({ paymentId }),
    }),
  );

// @ts-expect-error -- how many is owed
limited({});
// @ts-expect-error -- a key is a text or a number
limited({ atOnce: 1, by: (_message, context) => context.get(User) });
// @ts-expect-error -- a query has other fields
on(Find).guard(limited({ atOnce: 1, by: ({ paymentId }) => paymentId }));
// @ts-expect-error -- the predicate of another message
on(Find).guard(authorized({ allow: (message: Refund) => message.paymentId !== '', refusal: () => new Error('no') }));
// @ts-expect-error -- a predicate answers
authorized({ allow: () => undefined, refusal: () => new Error('no') });
// @ts-expect-error -- nothing to refuse with
authorized({ allow: () => true });
