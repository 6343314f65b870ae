import { SampleItem, SampleItemCompleted, SampleItemCreated } from '@anywise/contracts/sample-cases';
import { entity } from 'anywise';

/** One sample item, as its events make it. */
export const sampleItem = entity('sample-cases.sample-item', { state: SampleItem })
  .create(SampleItemCreated, ({ sampleItemId, title }) => ({ sampleItemId, title, isCompleted: false }))
  .evolve(SampleItemCompleted, (state) => ({ ...state, isCompleted: true }));
