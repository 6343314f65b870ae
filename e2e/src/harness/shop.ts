import { insist, type Answer, type Client, type Whereabouts } from './http-client.js';

/** A payment that was answered with 201. */
export interface Paid {
  readonly key: string;
  readonly orderId: string;
  readonly paymentId: string;
}

export interface Shop {
  /** Places an order, with as many tries as that takes, and returns its id. */
  place(key: string): Promise<string>;
  /** Pays an order, in the same way. */
  pay(key: string, orderId: string): Promise<Paid>;
}

export interface ShopOptions {
  readonly client: Client;
  readonly orders: Whereabouts;
  readonly payments: Whereabouts;
}

const price = { amount: 1250, currency: 'EUR' };

export function openShop({ client, orders, payments }: ShopOptions): Shop {
  return {
    async place(idempotencyKey) {
      const body = { customerId: 'c-1', ...price };
      const answer = await insist(client, orders, { method: 'POST', path: '/orders', body, idempotencyKey });
      const { orderId } = created(answer) as { orderId: string };
      return orderId;
    },
    async pay(key, orderId) {
      const body = { orderId, ...price };
      const call = { method: 'POST', path: '/payments', body, idempotencyKey: key } as const;
      const { paymentId } = created(await insist(client, payments, call)) as { paymentId: string };
      return { key, orderId, paymentId };
    },
  };
}

function created({ status, body }: Answer): unknown {
  if (status !== 201) throw new Error(`It was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}
