import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { command, contract, event, query } from 'anywise';
import { z } from 'zod';
import { lockName, readLock, textOfLock, writeLock } from './file.js';
import { emptyLock, lockOf } from './lock.js';
import { snapshotOf } from './snapshot.js';

const Colour = z.enum(Array.from({ length: 40 }, (_, index) => `colour-${index}`)).meta({ id: 'Colour' });
const Folder = z.object({
  name: z.string(),
  shared: z.string(),
  get folders() {
    return z.array(Folder);
  },
});
const Item = z.object({ id: z.string().min(1), colour: Colour, second: Colour, folder: Folder });

class Put extends command('shop.put', { data: Item, reply: Item.nullable() }) {}
class Get extends query('shop.get', { data: z.object({ id: z.string() }), reply: Item }) {}
class Came extends event('shop.came', { data: Item, entityId: ({ id }) => id }) {}
const lock = lockOf(emptyLock, snapshotOf([contract('shop', { Put, Get, Came })]), [
  { what: 'shop.put', changes: ['`data.id`: gone'], because: 'nobody used it' },
]);

function inFolder<Result>(use: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-lock-'));
  try {
    return use(join(folder, lockName));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the file of the lock', () => {
  it('is read as it was written', () => {
    inFolder((file) => {
      writeLock(file, lock);
      expect(readLock(file)).toEqual({ ...lock, about: expect.any(String) });
    });
  });

  it('has what repeats once, under a name that tells where it is', () => {
    const text = textOfLock(lock);
    expect(text.match(/"colour-39"/g)).toHaveLength(1);
    expect(text).toContain('"colour": { "shared": "shop.put reply input colour" }');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(160);
  });

  it('is empty where there is none', () => {
    expect(inFolder(readLock)).toEqual(emptyLock);
  });

  it.each([
    ['{"lock": 2, "messages": {}}', 'has the format 2, but this version reads 1'],
    ['<<<<<<< HEAD', 'is not valid JSON. If it has conflicts, take either side and run `pnpm contracts:accept`.'],
  ])('is refused where it is %s', (text, reason) => {
    inFolder((file) => {
      writeFileSync(file, text);
      expect(() => readLock(file)).toThrow(reason);
    });
  });
});
