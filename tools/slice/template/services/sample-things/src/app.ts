import { orders } from '@anywise/contracts/orders';
import { sampleThings } from '@anywise/contracts/sample-things';
import { readMigrations, type ServiceDefinition } from '@anywise/service';
import { MessageRegistry } from 'anywise';
import { createSampleThing } from './create-sample-thing/handler.js';
import { createSampleThingRoute } from './create-sample-thing/route.js';
import { getSampleThing } from './get-sample-thing/handler.js';
import { getSampleThingRoute } from './get-sample-thing/route.js';
import { listSampleThings } from './list-sample-things/handler.js';
import { listSampleThingsRoute } from './list-sample-things/route.js';
import { onOrderPlaced } from './on-order-placed/listener.js';
import { SampleThingRepository } from './sample-thing.js';

/** The table of contents of this slice. */
export const app: ServiceDefinition = {
  manifest: new URL('../package.json', import.meta.url),
  contracts: [sampleThings, orders],
  registry: new MessageRegistry('sample-things').register(
    createSampleThing,
    getSampleThing,
    listSampleThings,
    onOrderPlaced,
  ),
  routes: [createSampleThingRoute, getSampleThingRoute, listSampleThingsRoute],
  migrations: readMigrations(new URL('../migrations/', import.meta.url)),
  bind: (container) => {
    container.bind(SampleThingRepository).toSelf();
  },
};
