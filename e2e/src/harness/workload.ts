import type { Random } from './seeded-random.js';
import type { Paid, Shop } from './shop.js';

/** What the customers of a shop have done so far. */
export interface Workload {
  /** Orders that were placed and not paid. */
  readonly unpaid: string[];
  readonly paid: Paid[];
  /** Payments whose repeated request got a different answer. */
  readonly contradictions: Paid[];
  /** Lets all customers finish their current request, and rejects if one of them failed. */
  close(): Promise<void>;
}

/** Eight pay for orders in stock; the other four fill the stock, so that payments continue while orders is down. */
const payers = 8;
const placers = 4;
const fullStock = 600;

/** Opens a shop to twelve customers at once. Each pays for different orders, and some repeat a request that was answered. */
export function startWorkload(shop: Shop, random: Random): Workload {
  const unpaid: string[] = [];
  const paid: Paid[] = [];
  const contradictions: Paid[] = [];
  let open = true;

  const askAgain = async () => {
    const earlier = paid[Math.floor(random() * paid.length)];
    if (earlier === undefined) return;
    const again = await shop.pay(earlier.key, earlier.orderId);
    if (again.paymentId !== earlier.paymentId) contradictions.push(again);
  };
  const buy = async (customer: number, enough: number) => {
    for (let n = 0; open; n++) {
      const orderId = unpaid.length < enough ? undefined : unpaid.shift();
      if (orderId === undefined) unpaid.push(await shop.place(`order-${customer}-${n}`));
      else paid.push(await shop.pay(`payment-${customer}-${n}`, orderId));
      if (random() < 0.1) await askAgain();
    }
  };
  const buying = Promise.all(
    Array.from({ length: payers + placers }, (_, customer) => buy(customer, customer < payers ? 1 : fullStock)),
  );
  // The failure is reported when the shop is closed.
  buying.catch(() => (open = false));
  return {
    unpaid,
    paid,
    contradictions,
    async close() {
      open = false;
      await buying;
    },
  };
}
