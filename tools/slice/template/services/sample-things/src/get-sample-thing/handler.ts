import { GetSampleThing } from '@anywise/contracts/sample-things';
import { on } from 'anywise';
import { SampleThingRepository } from '../sample-thing.js';

export const getSampleThing = on(GetSampleThing)
  .inject({ sampleThings: SampleThingRepository })
  .handle(async ({ sampleThingId }, _context, { sampleThings }) => (await sampleThings.find(sampleThingId)) ?? null);
