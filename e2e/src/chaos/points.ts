import type { Store, StoreTransaction, Transport } from 'anywise';
import { override } from './override.js';

/** The moments on a message's way between which something becomes true in one place and is not yet known in the next. */
export const points = {
  committed: 'after the business commit',
  published: 'after publishing, before the confirm is known',
  confirmed: 'after the confirm, before the outbox row is deleted',
  'taken-in': 'after the commit of the intake, before it is acknowledged',
  acknowledged: 'after the acknowledgement',
  claimed: 'after the claim',
  effected: 'after the effect, before its commit',
  handled: 'after the commit of the effect',
} as const;

export type Point = keyof typeof points;

/** Called each time a point is reached. */
export type Reach = (point: Point) => void;

/** The store, whose messages go through the transport even where that is in the same database: the points are on this way. */
export function throughTransport(store: Store): Store {
  return override(store, { shortcutTo: () => undefined, publishTo: () => undefined });
}

/** The store, telling what point its bus is at. */
export function watchStore(store: Store, reach: Reach): Store {
  return override(store, {
    begin: (options) => watchTransaction(store.begin(options), reach),
    get outbox() {
      const { outbox } = store;
      return override(outbox, {
        settle: async (lease, outcomes) => {
          if (outcomes.some(({ outcome }) => outcome === 'confirmed')) reach('confirmed');
          return outbox.settle(lease, outcomes);
        },
      });
    },
    get inbox() {
      const { inbox } = store;
      return override(inbox, {
        add: async (entries, claim) => {
          const claims = await inbox.add(entries, claim);
          if (entries.length > 0) reach('taken-in');
          if (claims.length > 0) reach('claimed');
          return claims;
        },
        claim: async (options) => {
          const claimed = await inbox.claim(options);
          if (claimed.claims.length > 0) reach('claimed');
          return claimed;
        },
      });
    },
  });
}

/** The transport, telling what point its bus is at. */
export function watchTransport(transport: Transport, reach: Reach): Transport {
  return override(transport, {
    publish: async (envelopes) => {
      const results = await transport.publish(envelopes);
      reach('published');
      return results;
    },
    subscribe: (options, receive) => {
      let isAcknowledged = false;
      return transport.subscribe(options, async (batch) => {
        // A batch is handed over only when the one before is acknowledged.
        if (isAcknowledged) reach('acknowledged');
        isAcknowledged = false;
        await receive(batch);
        isAcknowledged = true;
      });
    },
  });
}

function watchTransaction(transaction: StoreTransaction, reach: Reach): StoreTransaction {
  return override(transaction, {
    commit: async (completion) => {
      const finishes = completion?.claim !== undefined || (completion?.claims ?? []).length > 0;
      if (finishes) reach('effected');
      const isCommitted = await transaction.commit(completion);
      if (isCommitted) reach(finishes ? 'handled' : 'committed');
      return isCommitted;
    },
  });
}
