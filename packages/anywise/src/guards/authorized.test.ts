import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { contextKey } from '../core/message/context.js';
import { command } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import { on } from '../core/registry/on.js';
import { fixed } from '../testing/fixed.js';
import { startBus } from '../test-support/start-bus.js';
import { authorized } from './authorized.js';

class NotYours extends domainError('payments.not-yours', {
  data: z.object({ paymentId: z.string() }),
  message: ({ paymentId }) => `${paymentId} is not yours`,
}) {}
class Refund extends command('payments.refund', {
  data: z.object({ paymentId: z.string() }),
  reply: z.string(),
  errors: [NotYours],
}) {}
const User = contextKey<string>('user');

class Owners {
  async of(paymentId: string): Promise<string> {
    return paymentId === 'p-1' ? 'ada' : 'bob';
  }
}

function start(handled: string[] = []) {
  const ownPaymentsOnly = on(Refund)
    .inject({ owners: Owners })
    .guard(
      authorized({
        allow: async ({ paymentId }, context, { owners }) => (await owners.of(paymentId)) === context.get(User),
        refusal: ({ paymentId }) => new NotYours({ paymentId }),
      }),
    );
  const refund = on(Refund).handle(async ({ paymentId }) => {
    handled.push(paymentId);
    return 'refunded';
  });
  return startBus({ items: [ownPaymentsOnly, refund], container: fixed([Owners, new Owners()]) });
}

it('lets a message pass that may be handled', async () => {
  await using bus = await start();
  await expect(bus.send(new Refund({ paymentId: 'p-1' }), { context: [User('ada')] })).resolves.toBe('refunded');
});

it('refuses others with the error that it is given, and does not handle them', async () => {
  const handled: string[] = [];
  await using bus = await start(handled);
  const refused = bus.send(new Refund({ paymentId: 'p-2' }), { context: [User('ada')] });
  await expect(refused).rejects.toEqual(new NotYours({ paymentId: 'p-2' }));
  expect(handled).toEqual([]);
});

it('does not handle what its predicate fails on', async () => {
  const handled: string[] = [];
  await using bus = await start(handled);
  await expect(bus.send(new Refund({ paymentId: 'p-1' }))).rejects.toMatchObject({ code: 'CONTEXT_MISSING' });
  expect(handled).toEqual([]);
});

it.each([undefined, null, 1, 'yes', {}, Promise.resolve('yes')])('takes %p for no', async (answer) => {
  await using bus = await startBus({
    items: [
      on(Refund).guard(authorized({ allow: () => answer as boolean, refusal: () => new Error('no') })),
      on(Refund).handle(async () => 'refunded'),
    ],
  });
  await expect(bus.send(new Refund({ paymentId: 'p-1' }))).rejects.toThrow('no');
});
