import { SampleEvent } from '@anywise/contracts/sample-cases';
import { Log } from '@anywise/service';
import { on } from 'anywise';

export const onSampleEvent = on(SampleEvent)
  .inject({ log: Log })
  .listen(({ entityId, type }, context, { log }) => log.of(context).info({ entityId }, `Heard ${type} of ${entityId}`));
