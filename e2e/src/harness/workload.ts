import type { Random } from './seeded-random.js';
import type { Paid, Shop } from './shop.js';

/** What the customers of a shop have done so far. */
export interface Workload {
  /** Orders that were placed and not paid. */
  readonly unpaid: string[];
  readonly paid: Paid[];
  /** Payments whose answer was another one when they were asked for again. */
  readonly contradictions: Paid[];
  /** Lets everybody finish what they are at, and rejects where one of them failed. */
  close(): Promise<void>;
}

/** Eight pay what is in stock; four of the others fill it, so that payments go on while orders is away. */
const payers = 8;
const placers = 4;
const fullStock = 600;

/** Opens a shop to twelve customers at once. Each pays other orders, and some ask again for what they have. */
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
  // The one who closes the shop hears of it.
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
