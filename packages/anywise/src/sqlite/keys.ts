/** A row's key in the tables. A row without one has a key of its own, its id as bytes, which equal no text. */
export type StoredKey = string | Uint8Array;

export function storedKey(key: string | undefined, id: string): StoredKey {
  return key ?? Buffer.from(id);
}

export function keyOf(stored: StoredKey): string | undefined {
  return typeof stored === 'string' ? stored : undefined;
}

/** Sorts before every stored key, the empty text included. */
export const beforeAllKeys = 0;

/** Where a walk from key to key stands. */
export type KeyPosition = StoredKey | typeof beforeAllKeys;

/**
 * How many of the oldest rows are looked at for ones that may go. Where all of these wait for others, as behind a dead
 * letter's key, the search goes on from key to key: so it costs the same however many rows wait.
 */
export function windowFor(limit: number): number {
  return Math.max(8 * limit, 256);
}

/** How many keys are read at once, and in one search. The next search goes on where it ended. */
export const keysAtOnce = 128;
export const keysInOneSearch = 1_024;
