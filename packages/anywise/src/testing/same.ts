import assert from 'node:assert/strict';

/** Compares data, whichever realm it was made in: test runners and native libraries have realms of their own. */
export function same(actual: unknown, expected: unknown): void {
  assert.deepEqual(plain(actual), plain(expected));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
