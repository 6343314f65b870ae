import assert from 'node:assert/strict';
import { limits } from '../../core/message/limits.js';
import type { Claim } from '../../core/ports/inbox.js';
import type { OutboxRow } from '../../core/ports/outbox.js';
import type { Store } from '../../core/ports/store.js';
import { testEntry, testEnvelope } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claim, finish, ids, relayLease, transact, upTo } from './steps.js';

const mebibyte = 1_048_576;

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + Buffer.byteLength(text), 0);
}

/** Claims and finishes batch after batch until nothing is left. */
async function batchesClaimed(store: Store): Promise<readonly (readonly Claim[])[]> {
  const batches: (readonly Claim[])[] = [];
  for (
    let batch = await claim(store, { limit: 1_000 });
    batch.length > 0;
    batch = await claim(store, { limit: 1_000 })
  ) {
    batches.push(batch);
    for (const claimed of batch) assert.equal(await finish(store, claimed), true);
  }
  return batches;
}

/** Takes and confirms batch after batch until nothing is left. */
async function batchesSent(store: Store): Promise<readonly (readonly OutboxRow[])[]> {
  const lease = await relayLease(store, 'a');
  const batches: (readonly OutboxRow[])[] = [];
  for (;;) {
    const { rows } = await store.outbox.sendable(1_000);
    if (rows.length === 0) return batches;
    batches.push(rows);
    await store.outbox.settle(
      lease,
      rows.map(({ seq }) => ({ seq, outcome: 'confirmed' as const })),
    );
  }
}

/** Reads page after page until one is empty. */
async function pagesOf<T extends { readonly seq: number }>(
  list: (after: number | undefined) => Promise<readonly T[]>,
): Promise<readonly (readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  for (let page = await list(undefined); page.length > 0; page = await list(page.at(-1)?.seq)) pages.push(page);
  return pages;
}

/** No batch may be more than a process can hold, however much waits. */
export const sizeCases: readonly StoreCase[] = [
  {
    id: 'size-claim',
    behaviour: 'claims no more bytes at once than a batch may have, and the rest afterwards, in order',
    run: async ({ store }) => {
      const all = upTo(12).map((n) => testEntry({ id: `m${n}`, json: `"${'ž'.repeat(mebibyte / 2)}"` }));
      for (const entry of all) await store.inbox.add([entry]);
      const batches = await batchesClaimed(store);
      same(ids(batches.flat()), ids(all));
      for (const batch of batches) assert.ok(bytesOf(batch.map(({ json }) => json)) <= limits.batchBytes);
    },
  },
  {
    id: 'size-claim-large',
    behaviour: 'claims a message alone that is larger than a batch, and those around it',
    run: async ({ store }) => {
      const text = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
      const sizes = [10, limits.batchBytes + 1, 10, limits.batchBytes, limits.batchBytes - 10, 10, 1];
      for (const [n, bytes] of sizes.entries()) {
        await store.inbox.add([testEntry({ id: `m${n}`, json: bytes < 2 ? '1' : text(bytes) })]);
      }
      same((await batchesClaimed(store)).map(ids), [['m0'], ['m1'], ['m2'], ['m3'], ['m4', 'm5'], ['m6']]);
    },
  },
  {
    id: 'size-sendable',
    behaviour: 'hands out no more bytes of events at once than a batch may have, and the rest afterwards, in order',
    run: async ({ store }) => {
      const data = 'ž'.repeat(mebibyte / 2);
      const all = upTo(12).map((n) => testEnvelope({ id: `e${n}`, data, ...(n % 3 === 0 ? {} : { subject: 'a' }) }));
      for (const envelope of all) await transact(store, (transaction) => transaction.append({ outgoing: [envelope] }));
      const batches = await batchesSent(store);
      same(
        batches.flat().map(({ envelope }) => envelope?.id),
        all.map(({ id }) => id),
      );
      for (const batch of batches) {
        assert.ok(bytesOf(batch.map(({ envelope }) => JSON.stringify(envelope))) <= limits.batchBytes);
      }
    },
  },
  {
    id: 'size-dead-page',
    behaviour: 'lists no more bytes of dead letters at once than a batch may have, and the rest on the next pages',
    run: async ({ store }) => {
      const sizes = [10, limits.batchBytes + 1, limits.batchBytes / 2, limits.batchBytes / 2, 10, 10];
      for (const [n, bytes] of sizes.entries()) {
        const json = JSON.stringify('x'.repeat(bytes - 2));
        await store.inbox.add([testEntry({ id: `m${n}`, json, error: 'unreadable' })]);
      }
      const pages = await pagesOf((after) => store.deadLetters.list({}, { limit: 100, after }));
      same(pages.map(ids), [['m0'], ['m1'], ['m2', 'm3'], ['m4', 'm5']]);
      // An edited letter is listed with what it was.
      assert.equal(await store.deadLetters.edit({ listener: 'listener', source: '/test', id: 'm2' }, '"edited"'), true);
      const edited = await pagesOf((after) => store.deadLetters.list({}, { limit: 100, after }));
      same(edited.map(ids), [['m0'], ['m1'], ['m2'], ['m3', 'm4', 'm5']]);
    },
  },
  {
    id: 'size-parked-page',
    behaviour: 'lists no more bytes of parked events at once than a batch may have, and the rest on the next pages',
    run: async ({ store }) => {
      const data = 'ž'.repeat(mebibyte / 2);
      const all = upTo(7).map((n) => testEnvelope({ id: `e${n}`, data }));
      for (const envelope of all) await transact(store, (transaction) => transaction.append({ outgoing: [envelope] }));
      const lease = await relayLease(store, 'a');
      for (let hasMore = true; hasMore;) {
        const { rows } = await store.outbox.sendable(10);
        hasMore = rows.length > 0;
        const parked = { outcome: 'parked', error: 'too big' } as const;
        await store.outbox.settle(
          lease,
          rows.map(({ seq }) => ({ seq, ...parked })),
        );
      }
      const pages = await pagesOf((after) => store.parked.list(100, after));
      same(pages.map(ids), [['e0', 'e1', 'e2'], ['e3', 'e4', 'e5'], ['e6']]);
    },
  },
  {
    id: 'size-transaction',
    behaviour: 'commits many large messages together, whatever characters they have',
    run: async ({ store }) => {
      const data = '"\\'.repeat(mebibyte / 2);
      const outgoing = upTo(12).map((n) => testEnvelope({ id: `e${n}`, data }));
      const incoming = outgoing.map(({ id }) => testEntry({ id, json: JSON.stringify(data) }));
      await transact(store, (transaction) => transaction.append({ outgoing, incoming }));
      const sent = (await batchesSent(store)).flat();
      same(
        sent.map(({ envelope }) => envelope?.id),
        outgoing.map(({ id }) => id),
      );
      assert.ok(sent.every(({ envelope }) => envelope?.data === data));
      const claimed = (await batchesClaimed(store)).flat();
      same(ids(claimed), ids(incoming));
      assert.ok(claimed.every(({ json }) => json === JSON.stringify(data)));
    },
  },
];
