import { expect, it } from '@jest/globals';
import { entriesOfBatch, inboxEntries } from './intake.js';
import { testEnvelope } from '../../testing/envelopes.js';

const options = { listenersOf: () => ['mail'], knows: () => true, service: 'orders', retentionMs: Infinity };

const envelope = testEnvelope({ id: 'e1', subject: 'o1' });

it('an envelope becomes an entry for each listener, as it came', () => {
  const shared = { source: '/test', id: 'e1', type: 'test.happened', key: 'o1', json: JSON.stringify(envelope) };
  const links = { correlationId: 'e1', causationId: undefined };
  expect(inboxEntries(envelope, ['mail', 'ship'])).toEqual([
    { listener: 'mail', ...shared, ...links },
    { listener: 'ship', ...shared, ...links },
  ]);
});

it('an envelope without a listener becomes no entry', () => {
  expect(entriesOfBatch([{ envelope }], { ...options, listenersOf: () => [] })).toEqual([]);
});

it('a message of a type that is not known here waits for those who know it', () => {
  const [entry] = entriesOfBatch([{ envelope }], { ...options, knows: () => false });
  expect(entry).toMatchObject({ listener: 'orders/unknown', id: 'e1', key: 'o1', json: JSON.stringify(envelope) });
  expect(entry).not.toHaveProperty('error');
});

it('an unreadable message becomes a dead letter, under the same id each time it comes', () => {
  const delivery = { unreadable: '<xml/>', reason: 'not JSON' };
  const entries = entriesOfBatch([delivery, { envelope }, delivery], options);
  expect(entries.map(({ listener }) => listener)).toEqual(['orders/unreadable', 'mail', 'orders/unreadable']);
  expect(entries[0]).toMatchObject({ json: '<xml/>', error: 'not JSON', key: undefined });
  expect(entries[0]?.id).toBe(entries[2]?.id);
});

it('what is older than the inbox remembers becomes a dead letter', () => {
  const old = testEnvelope({ time: '2020-01-01T00:00:00.000Z' });
  const [entry] = entriesOfBatch([{ envelope: old }], { ...options, retentionMs: 604_800_000 });
  expect(entry?.error).toMatchInlineSnapshot(
    `"It is from 2020-01-01T00:00:00.000Z, older than the retention, so whether it was handled is no longer known."`,
  );
});
