import { insist, type Answer, type Client, type Whereabouts } from './client.js';

/** A payment that was answered with 201. */
export interface Paid {
  readonly key: string;
  readonly orderId: string;
  readonly paymentId: string;
}

interface Shop {
  /** Places an order and pays it, however often that takes. `key` names both requests. */
  buy(key: string): Promise<Paid>;
  /** Sends a payment's request once more, and gives the payment it was answered with. */
  repeat(paid: Paid): Promise<string>;
}

export interface ShopOptions {
  readonly client: Client;
  readonly orders: Whereabouts;
  readonly payments: Whereabouts;
}

const price = { amount: 1250, currency: 'EUR' };

export function openShop({ client, orders, payments }: ShopOptions): Shop {
  const pay = async (idempotencyKey: string, orderId: string) => {
    const body = { orderId, ...price };
    return created(await insist(client, payments, { method: 'POST', path: '/payments', body, idempotencyKey }));
  };
  return {
    async buy(key) {
      const body = { customerId: 'c-1', ...price };
      const placed = await insist(client, orders, { method: 'POST', path: '/orders', body, idempotencyKey: key });
      const { orderId } = created(placed) as { orderId: string };
      const { paymentId } = (await pay(key, orderId)) as { paymentId: string };
      return { key, orderId, paymentId };
    },
    async repeat({ key, orderId }) {
      const { paymentId } = (await pay(key, orderId)) as { paymentId: string };
      return paymentId;
    },
  };
}

function created({ status, body }: Answer): unknown {
  if (status !== 201) throw new Error(`It was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}
