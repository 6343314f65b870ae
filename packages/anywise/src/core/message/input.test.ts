import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { command } from './declare.js';
import { inputOf } from './message.js';

let drawn = 0;

class Pay extends command('shop.pay', {
  data: z.object({ order: z.string(), nonce: z.number().default(() => ++drawn) }),
}) {}

it('is the message itself where the schema changed nothing', () => {
  const pay = new Pay({ order: 'o-1', nonce: 7 });
  expect(inputOf(pay)).toBe(pay);
});

it('is what was passed where the schema added a default', () => {
  const pay = new Pay({ order: 'o-1' });
  expect(pay.nonce).toBe(drawn);
  expect(inputOf(pay)).toEqual({ order: 'o-1' });
});

it('stays as it was passed when the caller changes the object later', () => {
  const data: { order: string } = { order: 'o-1' };
  const pay = new Pay(data);
  data.order = 'o-2';
  expect(inputOf(pay)).toEqual({ order: 'o-1' });
});

it('shows nowhere in the message', () => {
  const pay = new Pay({ order: 'o-1' });
  expect(Reflect.ownKeys(pay)).toEqual(['order', 'nonce']);
  expect(Object.isFrozen(pay)).toBe(true);
});
