import { describe, expect, it } from '@jest/globals';
import { connectStore, connectTransport } from '../connect/connect.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

const expected = /`schema` is .*, but must be a name of 1 to 63 bytes, which is what PostgreSQL keeps of it/;

describe('a schema of PostgreSQL', () => {
  it.each([
    ['has 64 bytes', 'a'.repeat(64)],
    ['has 64 bytes in fewer characters', 'ž'.repeat(32)],
    ['has NUL', 'a\0b'],
    ['has half a character', 'a\ud800'],
    ['is empty', ''],
  ])('whose name %s is refused by store and transport', (_what, schema) => {
    expect(() => postgresStore({ schema })).toThrow(expected);
    expect(() => postgresTransport({ schema })).toThrow(expected);
  });

  it('is refused in a URL too, as is a service whose name is too long for one', async () => {
    const long = 'a'.repeat(64);
    await expect(connectStore(`postgres://db/shop?schema=${long}`, { name: 'a' })).rejects.toThrow(expected);
    await expect(connectTransport(`postgres://db/shop?schema=${long}`)).rejects.toThrow(expected);
    await expect(connectStore('postgres://db/shop', { name: long })).rejects.toThrow(expected);
  });

  it('may have a name as long as PostgreSQL keeps it', () => {
    expect(postgresStore({ schema: 'a'.repeat(63) }).name).toBe('postgres');
  });
});
