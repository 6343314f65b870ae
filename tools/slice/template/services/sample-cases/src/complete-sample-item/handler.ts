import { CompleteSampleItem, SampleItemCompleted } from '@anywise/contracts/sample-cases';
import { on } from 'anywise';
import { sampleItem } from '../sample-item.js';

export const completeSampleItem = on(CompleteSampleItem)
  .entity(sampleItem, ({ sampleItemId }) => sampleItemId)
  .decide(({ sampleItemId }, { isCompleted }) => (isCompleted ? undefined : new SampleItemCompleted({ sampleItemId })))
  .reply((state) => state);
