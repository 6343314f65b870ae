import { SampleCommand } from '@anywise/contracts/sample-cases';
import { on } from 'anywise';

export const sampleCommand = on(SampleCommand).handle(async ({ id }) => ({ id, doneAt: new Date().toISOString() }));
