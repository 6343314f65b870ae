import { inWords, type Change } from './change.js';
import { currentOf, type LockedMessage } from './lock.js';
import { misfits, type Misfit } from './misfits.js';
import { textOf, type Schema } from './schema.js';
import type { Message, MessageClass } from './snapshot.js';
import { failedUpcasts } from './upcasts.js';

/**
 * What changed in the data of a message. Commands and events may be stored, so today's code must read what was ever written.
 * Listeners of before must read what is published today; handlers of commands are deployed first.
 */
export function dataChanges(type: string, before: LockedMessage, after: Message, message: MessageClass): Change[] {
  const failed = failedUpcasts(message, before);
  const found = failed.map(({ from, sample, reason }): Change => ({
    what: type,
    part: 'data',
    effect: 'breaks',
    broken: 'new code reads old messages',
    unreadable: from,
    changes: [`a message of version ${from} can no longer be read: ${reason}`, `the sample: ${sample}`],
    todo: `correct \`upcast\`: its steps must take whatever was valid in version ${from}`,
  }));
  if (after.version > before.version) return [...found, raised(type, before, after)];
  return after.version < before.version ? found : [...found, ...sameVersion(type, before, after)];
}

function raised(type: string, before: LockedMessage, after: Message): Change {
  const isEvent = after.kind === 'event';
  const first = isEvent ? 'every service that listens' : 'the service that handles it';
  return {
    what: type,
    part: 'data',
    effect: 'note',
    changes: [`version ${before.version} became ${after.version}`],
    todo: `deploy ${first} first, then those that ${isEvent ? 'publish' : 'send'} it`,
  };
}

function sameVersion(type: string, before: LockedMessage, { kind, data, version }: Message): Change[] {
  const { input, written } = currentOf(before);
  const lastWritten = written.at(-1) ?? {};
  if (textOf(input) === textOf(data.input) && textOf(lastWritten) === textOf(data.output)) return [];
  const newReadsOld = unique(written.flatMap((schema) => misfits(schema, data.input)));
  const oldReadsNew = misfits(data.output, input);
  const change = { what: type, part: 'data' } as const;
  const upcast = `raise \`version\` to ${version + 1} and give \`upcast\` the step from ${version}; or let the new schema take what was written before`;
  if (newReadsOld.length > 0) {
    return [
      {
        ...change,
        effect: 'breaks',
        broken: 'new code reads old messages',
        changes: newReadsOld.map(inWords),
        todo: upcast,
      },
      ...(kind === 'event' && oldReadsNew.length > 0 ? [olderReaders(type, version, oldReadsNew)] : []),
    ];
  }
  if (oldReadsNew.length > 0) {
    if (kind === 'event') return [olderReaders(type, version, oldReadsNew)];
    const todo = 'deploy the service that handles it first, then those that send it';
    return [
      { ...change, effect: 'note', broken: 'old code reads new messages', changes: oldReadsNew.map(inWords), todo },
    ];
  }
  return [
    closedNow(type, input, data.input) ?? {
      ...change,
      effect: 'fits',
      changes: ['its data changed; both sides still fit'],
    },
  ];
}

function olderReaders(type: string, version: number, found: readonly Misfit[]): Change {
  return {
    what: type,
    part: 'data',
    effect: 'breaks',
    broken: 'old code reads new messages',
    changes: found.map(inWords),
    todo: `raise \`version\` to ${version + 1} and give \`upcast\` the step from ${version}, so that older readers wait instead of failing`,
  };
}

/** A reader that refuses unknown fields breaks with every field that is added later. */
function closedNow(type: string, before: Schema, after: Schema): Change | undefined {
  if (after.additionalProperties !== false || before.additionalProperties === false) return undefined;
  return {
    what: type,
    part: 'data',
    effect: 'note',
    changes: ['it refuses unknown fields now: from here on, every field that is added breaks it'],
    todo: 'use a schema that ignores unknown fields, such as `z.object` in place of `z.strictObject`',
  };
}

function unique(found: readonly Misfit[]): readonly Misfit[] {
  return [...new Map(found.map((each) => [inWords(each), each])).values()];
}
