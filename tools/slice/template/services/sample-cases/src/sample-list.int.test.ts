import { SampleItemCreated } from '@anywise/contracts/sample-cases';
import { it } from '@jest/globals';
import { projected } from 'anywise/testing';
import { sampleList } from './sample-list.js';

it('has a row for each', async () => {
  const created = new SampleItemCreated({ sampleItemId: '1', title: 'Tea' });
  await projected(sampleList)
    .given(created)
    .then('items', [{ entity_id: created.entityId, events: 1, changed_at: created.timestamp }]);
});

it('is empty before anything has happened', async () => {
  await projected(sampleList).given().then('items', []);
});
