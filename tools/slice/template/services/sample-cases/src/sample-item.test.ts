import {
  CompleteSampleItem,
  CreateSampleItem,
  SampleItemCompleted,
  SampleItemCreated,
} from '@anywise/contracts/sample-cases';
import { it } from '@jest/globals';
import { decider } from 'anywise/testing';
import { completeSampleItem } from './complete-sample-item/handler.js';
import { createSampleItem } from './create-sample-item/handler.js';

const sampleItemId = '1';
const created = new SampleItemCreated({ sampleItemId, title: 'Tea' });
const complete = new CompleteSampleItem({ sampleItemId });
const completed = new SampleItemCompleted({ sampleItemId });

it('is created under the id of the command', async () => {
  const create = new CreateSampleItem({ title: 'Tea' });
  const when = decider(createSampleItem).given().when(create, { messageId: sampleItemId });
  await when.then(created);
  await when.thenReply({ sampleItemId, title: 'Tea', isCompleted: false });
});

it('is completed once', async () => {
  await decider(completeSampleItem).given(created).when(complete).then(completed);
  await decider(completeSampleItem).given(created, completed).when(complete).thenNothing();
});

it('cannot be completed before it is created', async () => {
  await decider(completeSampleItem).given().when(complete).thenFails('NOT_FOUND');
});
