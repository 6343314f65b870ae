import { SampleQuery } from '@anywise/contracts/sample-cases';
import { on } from 'anywise';

export const sampleQuery = on(SampleQuery).handle(async ({ id }) => ({ id }));
