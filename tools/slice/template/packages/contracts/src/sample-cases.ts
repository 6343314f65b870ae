import { Command, contract, command, event, query } from 'anywise';
import { z } from 'zod';

/** All commands that the slice `sample-cases` carries out. */
export abstract class SampleCaseCommand extends Command {}

export class SampleCommand extends command('sample-cases.sample-command', {
  base: SampleCaseCommand,
  summary: 'Sample command.',
  data: z.object({ id: z.string() }),
  reply: z.object({ id: z.string(), doneAt: z.string() }),
}) {}

export class SampleQuery extends query('sample-cases.sample-query', {
  summary: 'Sample query.',
  data: z.object({ id: z.string() }),
  reply: z.object({ id: z.string() }).nullable(),
}) {}

export class SampleEvent extends event('sample-cases.sample-event', {
  summary: 'Something happened.',
  entityId: ({ id }) => id,
  data: z.object({ id: z.string() }),
}) {}

export const SampleItem = z.object({ sampleItemId: z.string(), title: z.string(), isCompleted: z.boolean() });
export type SampleItem = z.infer<typeof SampleItem>;

export class CreateSampleItem extends command('sample-cases.create-sample-item', {
  base: SampleCaseCommand,
  summary: 'Creates one sample item.',
  data: z.object({ title: z.string().trim().min(1).max(200) }),
  reply: SampleItem,
}) {}

export class CompleteSampleItem extends command('sample-cases.complete-sample-item', {
  base: SampleCaseCommand,
  summary: 'Completes one sample item.',
  data: z.object({ sampleItemId: z.string() }),
  reply: SampleItem,
}) {}

export class GetSampleItem extends query('sample-cases.get-sample-item', {
  summary: 'One sample item, or null.',
  data: z.object({ sampleItemId: z.string() }),
  reply: SampleItem.nullable(),
}) {}

export class SampleItemCreated extends event('sample-cases.sample-item-created', {
  summary: 'One sample item was created.',
  entityId: ({ sampleItemId }) => sampleItemId,
  data: z.object({ sampleItemId: z.string(), title: z.string() }),
}) {}

export class SampleItemCompleted extends event('sample-cases.sample-item-completed', {
  summary: 'One sample item was completed.',
  entityId: ({ sampleItemId }) => sampleItemId,
  data: z.object({ sampleItemId: z.string() }),
}) {}

export class SampleProcessRequested extends event('sample-cases.sample-process-requested', {
  summary: 'Begins one sample process.',
  entityId: ({ id }) => id,
  data: z.object({ id: z.string() }),
}) {}

export class SampleProcessConfirmed extends event('sample-cases.sample-process-confirmed', {
  summary: 'Ends one sample process in time.',
  entityId: ({ id }) => id,
  data: z.object({ id: z.string() }),
}) {}

export class SampleProcessOverdue extends event('sample-cases.sample-process-overdue', {
  summary: 'One sample process was not confirmed in time.',
  entityId: ({ id }) => id,
  data: z.object({ id: z.string() }),
}) {}

export const sampleCases = contract('sample-cases', {
  ...{ SampleCommand, SampleQuery, SampleEvent },
  ...{ CreateSampleItem, CompleteSampleItem, GetSampleItem, SampleItemCreated, SampleItemCompleted },
  ...{ SampleProcessRequested, SampleProcessConfirmed, SampleProcessOverdue },
});
