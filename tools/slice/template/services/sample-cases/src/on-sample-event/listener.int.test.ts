import { SampleEvent } from '@anywise/contracts/sample-cases';
import { recordLog, startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import type { FrozenContext } from 'anywise';
import { app } from '../app.js';
import { onSampleEvent } from './listener.js';

it('logs what happened', async () => {
  const { log, lines } = recordLog();
  // The listener asks nothing else of it.
  const event: unknown = { type: SampleEvent.type, entityId: '1' };
  await onSampleEvent.run(event as SampleEvent, {} as FrozenContext, { log });
  expect(lines).toMatchObject([{ level: 'info', details: { entityId: '1' } }]);
});

it('is heard after the commit', async () => {
  await using sampleCases = await startTestService(app);
  const listeners = sampleCases.service.anywise.inspect.listeners(SampleEvent);
  expect(listeners).toMatchObject([{ runs: 'afterwards' }]);
});
