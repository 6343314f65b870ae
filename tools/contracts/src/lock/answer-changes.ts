import { inWords, type Change } from './change.js';
import { misfits } from './misfits.js';
import { textOf, type Sides } from './schema.js';
import type { Message } from './snapshot.js';

/** What changed in the reply of a message, which callers of before read. */
export function replyChanges(type: string, before: Pick<Message, 'reply'>, after: Message): Change[] {
  return answerChanges({ what: type, part: 'reply' }, before.reply, after.reply, 'reply');
}

/** What changed in the domain errors of a message. */
export function errorChanges(type: string, before: Message['errors'], after: Message['errors']): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): Change[] => {
    const [old, now] = [before[name], after[name]];
    const change = { what: type, part: 'error' } as const;
    if (now === undefined) return [{ ...change, effect: 'fits', changes: [`the error \`${name}\` is gone`] }];
    if (old !== undefined) return answerChanges(change, old, now, name);
    return [
      {
        ...change,
        effect: 'breaks',
        broken: 'old code reads new messages',
        changes: [`the error \`${name}\` is new: callers of before get \`REMOTE_FAILED\` in its place`],
        todo: 'deploy the callers with this contract before the service that handles it, and accept the change',
      },
    ];
  });
}

type Answer = Pick<Change, 'what' | 'part'>;

/** A reply or an error goes the other way: the owner writes it, and callers of any age read it. */
function answerChanges(change: Answer, before: Sides | undefined, after: Sides | undefined, name: string): Change[] {
  if (textOf(before ?? null) === textOf(after ?? null)) return [];
  const breaks = { ...change, effect: 'breaks', broken: 'old code reads new messages' } as const;
  const todo =
    'keep what callers of before read, and add the new beside it; or declare another message for the new reply';
  if (after === undefined) return [{ ...breaks, changes: ['there is no reply any more'], todo }];
  if (before === undefined) return [{ ...change, effect: 'fits', changes: ['there is a reply now'] }];
  const oldReadsNew = misfits(after.output, before.input, name);
  if (oldReadsNew.length > 0) return [{ ...breaks, changes: oldReadsNew.map(inWords), todo }];
  const newReadsOld = misfits(before.output, after.input, name);
  if (newReadsOld.length === 0)
    return [{ ...change, effect: 'fits', changes: [`\`${name}\` changed; both sides still fit`] }];
  return [
    {
      ...change,
      effect: 'note',
      broken: 'new code reads old messages',
      changes: newReadsOld.map(inWords),
      todo: 'deploy the service that handles it first, then those that send it',
    },
  ];
}
