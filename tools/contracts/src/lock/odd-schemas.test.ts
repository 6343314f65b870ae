import { describe, expect, it } from '@jest/globals';
import { event } from 'anywise';
import { z } from 'zod';
import { isTaken } from './jsoncompat.js';
import type { LockedMessage } from './lock.js';
import { whyNoSamples } from './samples.js';
import type { MessageClass } from './snapshot.js';
import { failedUpcasts, untriedUpcasts } from './upcasts.js';

const nonsense = { type: 'string', pattern: '(' };

describe('a schema that cannot be read', () => {
  it('is not known to fit, except itself', () => {
    expect(isTaken(nonsense, { type: 'string' })).toBe(false);
    expect(isTaken({ type: 'string' }, nonsense)).toBe(false);
    expect(isTaken(nonsense, { ...nonsense })).toBe(true);
    expect(isTaken({ type: 'integer' }, { type: 'number' })).toBe(true);
  });

  it('has no samples, so its upcast is named as untried, and no failure', () => {
    class Placed extends event('shop.placed', {
      version: 2,
      data: z.object({ id: z.string() }),
      entityId: ({ id }) => id,
      upcast: { 1: (old) => old },
    }) {}
    const written = [{ type: 'object', properties: { id: nonsense }, required: ['id'] }];
    const locked: LockedMessage = {
      kind: 'event',
      version: 2,
      errors: {},
      versions: { 1: { input: {}, written }, 2: { input: {}, written: [] } },
    };
    expect(whyNoSamples({ type: 'string' })).toBeUndefined();
    expect(failedUpcasts(Placed as unknown as MessageClass, locked)).toEqual([]);
    expect(untriedUpcasts('shop.placed', locked)).toEqual([
      expect.stringContaining('shop.placed: upcast from version 1, which you have to test yourself: '),
    ]);
  });
});
