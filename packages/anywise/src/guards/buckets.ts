import type { Key } from './key.js';

export interface BucketOptions {
  /** How many tokens come back in a second. */
  readonly perSecond: number;
  /** How many a full bucket has. */
  readonly burst: number;
  /** How long one may wait for a token that is not there yet, in milliseconds. */
  readonly waitMs: number;
  /** How many buckets are remembered. */
  readonly most: number;
}

/** A token that is there now or will be, or when to ask again. Milliseconds. */
export type Turn = { readonly inMs: number } | { readonly retryAfterMs: number };

/** A bucket of tokens for each key. */
export interface Buckets {
  /** @param now the time in milliseconds, which never goes back. */
  take(key: Key, now: number): Turn;
  /** Puts the token back that somebody waited for in vain. */
  giveBack(key: Key): void;
  /** How many buckets are not full, or not yet found to be. */
  readonly size: number;
}

/** What adding fractions may be off by, in milliseconds. */
const roundingMs = 1e-6;

/** A bucket is one number: when it will be full again. One that is full needs none, and is forgotten. */
export function createBuckets({ perSecond, burst, waitMs, most }: BucketOptions): Buckets {
  const fullAt = new Map<Key, number>();
  const tokenMs = 1_000 / perSecond;

  /** The bucket that was used last is at the end, so that those that are full gather at the beginning. */
  const forget = (now: number): void => {
    for (const [key, at] of fullAt) {
      if (at > now && fullAt.size <= most) return;
      fullAt.delete(key);
    }
  };

  return {
    take(key, now) {
      const next = Math.max(fullAt.get(key) ?? now, now) + tokenMs;
      const inMs = next - now - burst * tokenMs;
      if (inMs > waitMs + roundingMs) return { retryAfterMs: Math.ceil(inMs - waitMs - roundingMs) };
      fullAt.delete(key);
      fullAt.set(key, next);
      forget(now);
      return { inMs: Math.max(0, inMs) };
    },
    giveBack(key) {
      const at = fullAt.get(key);
      if (at !== undefined) fullAt.set(key, at - tokenMs);
    },
    get size() {
      return fullAt.size;
    },
  };
}
