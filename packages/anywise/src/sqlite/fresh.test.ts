import { describe, expect, it } from '@jest/globals';
import { limits } from '../core/message/limits.js';
import type { OutboxRow } from '../core/ports/outbox.js';
import { testEnvelope } from '../testing/envelopes.js';
import { FreshRows } from './fresh.js';

const row = (seq: number): OutboxRow => ({ seq, envelope: testEnvelope({ id: String(seq) }), attempts: 0 });
const numbersOf = (rows: readonly OutboxRow[]): number[] => rows.map(({ seq }) => seq);

describe('fresh rows', () => {
  it('are handed over once, in the order in which they were committed', () => {
    const fresh = new FreshRows();
    fresh.committed([row(1), row(2)], 1, true);
    fresh.committed([row(3)], 1, true);
    expect(numbersOf(fresh.take(10))).toEqual([1, 2, 3]);
    fresh.confirmed(3);
    expect(fresh.take(10)).toEqual([]);
  });

  it('are handed over part by part', () => {
    const fresh = new FreshRows();
    fresh.committed([row(1), row(2), row(3)], 1, true);
    expect(numbersOf(fresh.take(2))).toEqual([1, 2]);
    fresh.confirmed(2);
    expect(numbersOf(fresh.take(2))).toEqual([3]);
  });

  it('are read from the table where something else was before them', () => {
    const fresh = new FreshRows();
    fresh.committed([row(1)], 1, true);
    fresh.committed([row(5)], 1, false);
    expect(fresh.take(10)).toEqual([]);
  });

  it('wait for what is in hand to be confirmed, all of it', () => {
    const fresh = new FreshRows();
    fresh.read([row(1), row(2)]);
    fresh.committed([row(3)], 1, true);
    expect(fresh.before).toEqual([1, 2, 3]);
    fresh.confirmed(1);
    expect(fresh.take(10)).toEqual([]);
    fresh.confirmed(2);
    expect(numbersOf(fresh.take(10))).toEqual([3]);
  });

  it('are read from the table where they are more bytes than a batch may have', () => {
    const fresh = new FreshRows();
    fresh.committed([row(1)], limits.batchBytes, true);
    expect(numbersOf(fresh.take(10))).toEqual([1]);
    fresh.confirmed(1);
    fresh.committed([row(2)], limits.batchBytes, true);
    fresh.committed([row(3)], 1, true);
    expect(fresh.take(10)).toEqual([]);
    fresh.committed([row(4)], limits.batchBytes + 1, true);
    expect(fresh.take(10)).toEqual([]);
  });

  it('are forgotten when the table is read', () => {
    const fresh = new FreshRows();
    fresh.committed([row(1)], 1, true);
    fresh.read([row(1)]);
    expect(fresh.before).toEqual([1]);
    fresh.confirmed(1);
    expect(fresh.take(10)).toEqual([]);
  });
});
