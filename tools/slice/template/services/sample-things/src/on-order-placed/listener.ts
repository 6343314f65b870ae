import { OrderPlaced } from '@anywise/contracts/orders';
import { SampleThingCreated } from '@anywise/contracts/sample-things';
import { Log } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { newSampleThing, SampleThingRepository } from '../sample-thing.js';

export const onOrderPlaced = on(OrderPlaced)
  .inject({ sampleThings: SampleThingRepository, anywise: Anywise, log: Log })
  .listen(async ({ orderId }, context, { sampleThings, anywise, log }) => {
    const created = newSampleThing(orderId);
    const { sampleThingId } = created;
    await sampleThings.add(created);
    await anywise.publish(new SampleThingCreated({ sampleThingId, orderId }));
    log.of(context).info({ orderId, sampleThingId }, `Order ${orderId} has its sample thing ${sampleThingId}`);
  });
