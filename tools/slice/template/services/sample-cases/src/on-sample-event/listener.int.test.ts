import { SampleEvent } from '@anywise/contracts/sample-cases';
import { silentLogger, startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import type { FrozenContext } from 'anywise';
import { app } from '../app.js';
import { onSampleEvent } from './listener.js';

it('logs what happened', async () => {
  const logged: object[] = [];
  const log = { ...silentLogger, info: (fields: object) => void logged.push(fields) };
  // The listener asks nothing else of it.
  const event: unknown = { type: SampleEvent.type, entityId: '1' };
  await onSampleEvent.run(event as SampleEvent, {} as FrozenContext, { log });
  expect(logged).toEqual([{ entityId: '1' }]);
});

it('is heard after the commit', async () => {
  await using sampleCases = await startTestService(app);
  const listeners = sampleCases.service.anywise.inspect.listeners(SampleEvent);
  expect(listeners).toMatchObject([{ runs: 'afterwards' }]);
});
