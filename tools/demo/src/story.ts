import type { Shop } from './shop.js';

/** What the story needs besides the shop. */
export interface Telling {
  /** Says what happens, as a sentence. */
  readonly say: (text: string) => void;
  /** Waits so many milliseconds; `false` if the story is to end now. */
  readonly pause: (ms: number) => Promise<boolean>;
}

const beatMs = 500;
const beats = 120;
const refusedOrder = 14;

/** What happens at a beat, besides that an order comes. */
const turns: Readonly<Record<number, (shop: Shop, say: Telling['say']) => Promise<void> | void>> = {
  1: (_shop, say) => say('Customers order. Payments takes the money, shipping sends parcels.'),
  [refusedOrder - 1]: (shop, say) => {
    shop.trouble.refused.add(`o-${refusedOrder}`);
    say(`The ledger refuses the payment of order o-${refusedOrder} for good: a dead letter.`);
  },
  24: async (shop, say) => {
    await shop.order(refusedOrder);
    await shop.order(refusedOrder);
    say(`Order o-${refusedOrder} is paid again, twice: both wait behind the dead letter.`);
  },
  36: (shop, say) => {
    shop.trouble.isCarrierDown = true;
    say('The carrier is down: shipping retries every parcel, and nothing is lost.');
  },
  80: (shop, say) => {
    shop.trouble.isCarrierDown = false;
    say('The carrier is back: the parcels that waited go out.');
  },
  100: (shop, say) => {
    shop.trouble.refused.clear();
    say(`The account of order o-${refusedOrder} is open again. Press “Replay” on its dead letter.`);
  },
};

/** A minute of the shop: orders, a poison message, a listener that is down and comes back, and commands for later. */
export async function tell(shop: Shop, { say, pause }: Telling): Promise<void> {
  for (let beat = 1; beat <= beats; beat++) {
    await turns[beat]?.(shop, say);
    await shop.order(beat);
    if (!(await pause(beatMs))) return;
  }
  say('The shop is closed. Every order that is not paid is cancelled in a quarter of an hour.');
}
