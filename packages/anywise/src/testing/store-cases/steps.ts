import assert from 'node:assert/strict';
import type { Claim, InboxEntry, Store } from '../../store.js';
import { testEntry, testEnvelope } from '../envelopes.js';

export const leaseMs = 30_000;

export function claim(
  store: Store,
  options: { holder?: string; limit?: number; leaseMs?: number } = {},
): Promise<readonly Claim[]> {
  return store.inbox.claim({ listeners: ['listener'], holder: 'here:1:1:a', limit: 10, leaseMs, ...options });
}

export async function claimOne(store: Store, options?: { limit?: number; leaseMs?: number }): Promise<Claim> {
  const [first] = await claim(store, options);
  assert.ok(first !== undefined, 'nothing could be claimed');
  return first;
}

export async function finish(store: Store, claimed: Claim): Promise<boolean> {
  const transaction = store.begin({ readOnly: false });
  const finished = await transaction.finish(claimed);
  if (finished) await transaction.commit();
  else await transaction.rollback();
  return finished;
}

export function entry(id: string, key?: string): InboxEntry {
  return testEntry({ id, key });
}

export function ids(claims: readonly { readonly id: string }[]): string[] {
  return claims.map(({ id }) => id);
}

export async function append(store: Store, eventIds: readonly string[], keyOf?: (id: string) => string): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  const envelopes = eventIds.map((id) => testEnvelope({ id, ...(keyOf === undefined ? {} : { subject: keyOf(id) }) }));
  await transaction.append(envelopes, []);
  await transaction.commit();
}

export async function pendingIds(store: Store): Promise<string[]> {
  return ids((await store.outbox.pending(10)).map(({ envelope }) => envelope));
}

export async function relayLease(
  store: Store,
  holder: string,
  ms = leaseMs,
): Promise<{ readonly holder: string; readonly epoch: number }> {
  const lease = await store.outbox.lease(holder, ms);
  assert.ok(lease !== undefined, `${holder} did not get the relay lease`);
  return lease;
}
