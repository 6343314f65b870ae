import { CreateSampleThing, SampleThingCreated } from '@anywise/contracts/sample-things';
import { Anywise, on } from 'anywise';
import { newSampleThing, SampleThingRepository } from '../sample-thing.js';

export const createSampleThing = on(CreateSampleThing)
  .inject({ sampleThings: SampleThingRepository, anywise: Anywise })
  .handle(async ({ orderId }, _context, { sampleThings, anywise }) => {
    const created = newSampleThing(orderId);
    await sampleThings.add(created);
    await anywise.publish(new SampleThingCreated({ sampleThingId: created.sampleThingId, orderId }));
    return created;
  });
