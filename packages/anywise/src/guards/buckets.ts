import type { Key } from './key.js';

export interface BucketOptions {
  /** How many tokens are added per second. */
  readonly perSecond: number;
  /** How many tokens a full bucket has. */
  readonly burst: number;
  /** How long a message may wait for a token, in milliseconds. */
  readonly waitMs: number;
  /** How many buckets are remembered. */
  readonly most: number;
}

/** A token that is or will be available, or when to ask again. In milliseconds. */
export type Turn = { readonly inMs: number } | { readonly retryAfterMs: number };

/** A bucket of tokens for each key. */
export interface Buckets {
  /** @param now the time in milliseconds, monotonic. */
  take(key: Key, now: number): Turn;
  /** Returns a token whose message gave up waiting. */
  giveBack(key: Key): void;
  /** How many buckets are not full, or not yet known to be. */
  readonly size: number;
}

/** The rounding error to tolerate, in milliseconds. */
const roundingMs = 1e-6;

/** A bucket is one number: the time when it will be full again. A full one is forgotten. */
export function createBuckets({ perSecond, burst, waitMs, most }: BucketOptions): Buckets {
  const fullAt = new Map<Key, number>();
  const tokenMs = 1_000 / perSecond;

  /** In order of last use, so that full buckets gather at the beginning. */
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
