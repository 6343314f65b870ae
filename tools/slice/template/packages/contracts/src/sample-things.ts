import { Command, contract, command, event, query } from 'anywise';
import { z } from 'zod';
import { Page, pageOf } from './paging.js';

export const SampleThing = z.object({ sampleThingId: z.string(), orderId: z.string(), createdAt: z.string() });
export type SampleThing = z.infer<typeof SampleThing>;

/** All commands that the slice `sample-things` carries out. */
export abstract class SampleThingCommand extends Command {}

export class CreateSampleThing extends command('sample-things.create-sample-thing', {
  base: SampleThingCommand,
  summary: 'Creates one sample thing for an order.',
  data: z.object({ orderId: z.string().min(1).max(100) }),
  reply: SampleThing,
}) {}

export class GetSampleThing extends query('sample-things.get-sample-thing', {
  summary: 'One sample thing, or null.',
  data: z.object({ sampleThingId: z.string() }),
  reply: SampleThing.nullable(),
}) {}

export class ListSampleThings extends query('sample-things.list-sample-things', {
  summary: 'Sample things, the newest first.',
  data: Page,
  reply: pageOf(SampleThing),
}) {}

export class SampleThingCreated extends event('sample-things.sample-thing-created', {
  summary: 'One sample thing was created.',
  entityId: ({ orderId }) => orderId,
  data: z.object({ sampleThingId: z.string(), orderId: z.string() }),
}) {}

export const sampleThings = contract('sample-things', {
  CreateSampleThing,
  GetSampleThing,
  ListSampleThings,
  SampleThingCreated,
});
