import { CreateSampleItem, SampleItemCreated } from '@anywise/contracts/sample-cases';
import { on } from 'anywise';
import { sampleItem } from '../sample-item.js';

export const createSampleItem = on(CreateSampleItem)
  .entity(sampleItem, (_command, { messageId }) => messageId)
  .create(({ title }, { messageId }) => new SampleItemCreated({ sampleItemId: messageId, title }))
  .reply((state) => state);
