import { expect, it } from '@jest/globals';
import { SampleThingCreated, sampleThings } from './sample-things.js';

it('keeps its wire names and versions for ever', () => {
  expect([...sampleThings.messages.values()].map(({ kind, type, version }) => `${kind} ${type} v${version}`)).toEqual([
    'command sample-things.create-sample-thing v1',
    'query sample-things.get-sample-thing v1',
    'query sample-things.list-sample-things v1',
    'event sample-things.sample-thing-created v1',
  ]);
});

it('keeps the events of one order in order', () => {
  expect(new SampleThingCreated({ sampleThingId: '1', orderId: 'o-1' }).entityId).toBe('o-1');
});
