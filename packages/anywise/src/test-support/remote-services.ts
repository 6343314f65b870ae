import { z } from 'zod';
import { contextKey } from '../core/message/context.js';
import { contract } from '../core/message/contract.js';
import { command, query } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import { type } from '../core/message/schema.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { memoryBroker } from '../memory/transport.js';
import type { Logger } from '../core/ports/logger.js';
import { unreliable, type Unreliable } from './unreliable-transport.js';
import { startBus, type StartBusOptions } from './start-bus.js';

export class Declined extends domainError('payments.declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => `declined: ${reason}`,
}) {}
export const Payment = z.object({ id: z.string(), amount: z.number() });
export class GetPayment extends query('payments.get', {
  data: z.object({ id: z.string() }),
  reply: Payment.nullable(),
}) {}
export class Pay extends command('payments.pay', {
  data: z.object({ amount: z.number(), note: z.string().optional() }),
  reply: Payment,
  errors: [Declined],
}) {}
export class Note extends command('payments.note', { data: z.object({ text: z.string() }) }) {}
export class Place extends command('orders.place', {
  data: type<{ readonly amount: number }>(),
  reply: type<string>(),
}) {}
export class GetOrder extends query('orders.get', { reply: type<unknown>() }) {}
export const payments = contract('payments', { GetPayment, Pay, Note });
export const orders = contract('orders', { Place, GetOrder });
export const contracts = [payments, orders];
export const User = contextKey<string>('user', { header: 'user' });
export const Secret = contextKey<string>('secret');
export const context = [User];

export const get = on(GetPayment).handle(async ({ id }) => ({ id, amount: 5 }));
export const pay = on(Pay).handle(async ({ amount }) => ({ id: 'p1', amount }));
export const note = on(Note).handle(async () => undefined);
export const place = on(Place).handle(async () => 'placed');
export const getOrder = on(GetOrder).handle(async () => null);

interface Given extends Pick<StartBusOptions, 'logger' | 'concurrency' | 'contracts'> {
  readonly payments?: readonly Registrable[];
  readonly orders?: readonly Registrable[];
  readonly ordersLogger?: Logger;
  readonly remoteTimeoutMs?: number;
  /** What happens to the requests of orders on their way. */
  readonly between?: Unreliable;
}

/** Two services on one broker. */
export async function services(given: Given = {}) {
  const broker = memoryBroker();
  const { between = unreliable([]), ordersLogger, remoteTimeoutMs, ...options } = given;
  const common = { contracts: options.contracts ?? contracts, context };
  const seller = await startBus({
    ...common,
    name: 'payments',
    items: options.payments ?? [get, pay, note],
    transport: broker.connect(),
    ...(options.logger && { logger: options.logger }),
    ...(options.concurrency && { concurrency: options.concurrency }),
  });
  const buyer = await startBus({
    ...common,
    name: 'orders',
    items: options.orders ?? [place, getOrder],
    transport: between.over(broker.connect()),
    ...(ordersLogger && { logger: ordersLogger }),
    ...(remoteTimeoutMs && { remoteTimeoutMs }),
  });
  return {
    broker,
    between,
    payments: seller,
    orders: buyer,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([seller.stop({ timeoutMs: 1_000 }), buyer.stop({ timeoutMs: 1_000 })]);
    },
  };
}
