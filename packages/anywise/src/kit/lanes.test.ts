import { describe, expect, it } from '@jest/globals';
import { keyOf, laneOf } from './lanes.js';

describe('a lane', () => {
  it.each(['', 'a', '=a', '-a', 'žluť'])('of the key %j gives the key back', (key) => {
    expect(keyOf(laneOf(key, 'm1'))).toBe(key);
  });

  it('of a message without a key is its own', () => {
    expect(keyOf(laneOf(undefined, 'm1'))).toBeUndefined();
    const lanes = [laneOf(undefined, 'm1'), laneOf(undefined, 'm2'), laneOf('m1', 'm2'), laneOf('-m1', 'm2')];
    expect(new Set(lanes).size).toBe(lanes.length);
  });

  it('sorts after the empty text', () => {
    for (const lane of [laneOf('', ''), laneOf(undefined, '')]) expect(lane > '').toBe(true);
  });
});
