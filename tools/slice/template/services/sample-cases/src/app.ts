import { sampleCases } from '@anywise/contracts/sample-cases';
import type { ServiceDefinition } from '@anywise/service';
import { MessageRegistry } from 'anywise';
import { completeSampleItem } from './complete-sample-item/handler.js';
import { completeSampleItemRoute } from './complete-sample-item/route.js';
import { createSampleItem } from './create-sample-item/handler.js';
import { createSampleItemRoute } from './create-sample-item/route.js';
import { getSampleItem } from './get-sample-item/handler.js';
import { getSampleItemRoute } from './get-sample-item/route.js';
import { onSampleEvent } from './on-sample-event/listener.js';
import { sampleCommand } from './sample-command/handler.js';
import { sampleCommandRoute } from './sample-command/route.js';
import { sampleList } from './sample-list.js';
import { sampleProcess } from './sample-process/saga.js';
import { sampleQuery } from './sample-query/handler.js';
import { sampleQueryRoute } from './sample-query/route.js';

/** One of each kind of use case, so that what `new:use-case` makes is tested. */
export const app: ServiceDefinition = {
  manifest: new URL('../package.json', import.meta.url),
  contracts: [sampleCases],
  registry: new MessageRegistry('sample-cases').register(
    ...[sampleCommand, sampleQuery, onSampleEvent],
    ...[createSampleItem, completeSampleItem, getSampleItem, sampleList, sampleProcess],
  ),
  routes: [
    ...[sampleCommandRoute, sampleQueryRoute],
    ...[createSampleItemRoute, completeSampleItemRoute, getSampleItemRoute],
  ],
  migrations: [],
  bind: () => undefined,
};
