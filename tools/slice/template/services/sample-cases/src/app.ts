import { sampleCases } from '@anywise/contracts/sample-cases';
import type { ServiceDefinition } from '@anywise/service';
import { MessageRegistry } from 'anywise';
import { onSampleEvent } from './on-sample-event/listener.js';
import { sampleCommand } from './sample-command/handler.js';
import { sampleCommandRoute } from './sample-command/route.js';
import { sampleQuery } from './sample-query/handler.js';
import { sampleQueryRoute } from './sample-query/route.js';

/** One of each kind of use case, so that what `new:use-case` makes is tested. */
export const app: ServiceDefinition = {
  manifest: new URL('../package.json', import.meta.url),
  contracts: [sampleCases],
  registry: new MessageRegistry('sample-cases').register(sampleCommand, sampleQuery, onSampleEvent),
  routes: [sampleCommandRoute, sampleQueryRoute],
  migrations: [],
  bind: () => undefined,
};
