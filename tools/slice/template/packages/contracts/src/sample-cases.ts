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

export const sampleCases = contract('sample-cases', { SampleCommand, SampleQuery, SampleEvent });
