import { expect, test } from '@jest/globals';
import { entriesOfBatch, inboxEntries } from './intake.js';
import { testEnvelope } from './testing/envelopes.js';

const envelope = testEnvelope({ id: 'e1', subject: 'o1' });

test('an envelope becomes an entry for each listener, as it came', () => {
  const shared = { id: 'e1', type: 'test.happened', key: 'o1', json: JSON.stringify(envelope) };
  expect(inboxEntries(envelope, ['mail', 'ship'])).toEqual([
    { listener: 'mail', ...shared },
    { listener: 'ship', ...shared },
  ]);
});

test('an envelope that nobody listens to becomes nothing', () => {
  expect(entriesOfBatch([{ envelope }], () => [], 'orders')).toEqual([]);
});

test('an unreadable message becomes a dead letter, under the same id each time it comes', () => {
  const delivery = { unreadable: '<xml/>', reason: 'not JSON' };
  const entries = entriesOfBatch([delivery, { envelope }, delivery], () => ['mail'], 'orders');
  expect(entries.map(({ listener }) => listener)).toEqual(['orders/unreadable', 'mail', 'orders/unreadable']);
  expect(entries[0]).toMatchObject({ json: '<xml/>', dead: 'not JSON', key: undefined });
  expect(entries[0]?.id).toBe(entries[2]?.id);
});
