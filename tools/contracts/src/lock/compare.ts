import { errorChanges, replyChanges } from './answer-changes.js';
import type { Change } from './change.js';
import { dataChanges } from './data-changes.js';
import { currentOf, type Lock, type LockedMessage } from './lock.js';
import { routeChanges } from './route-changes.js';
import { textOf } from './schema.js';
import type { Message, MessageClass, Snapshot } from './snapshot.js';

/** Every change between the lock and what the code says today. */
export function compare(lock: Lock, now: Snapshot, classes: ReadonlyMap<string, MessageClass>): readonly Change[] {
  const types = new Set([...Object.keys(lock.messages), ...Object.keys(now.messages)]);
  const messages = [...types].flatMap((type) => {
    const [before, after, message] = [lock.messages[type], now.messages[type], classes.get(type)];
    if (before === undefined) return [added(type)];
    return after === undefined || message === undefined
      ? [removed(type, before, now)]
      : messageChanges(type, before, after, message);
  });
  return [...messages, ...routeChanges(lock.routes, now.routes)];
}

function added(type: string): Change {
  return { what: type, part: 'message', effect: 'fits', changes: ['is new'] };
}

function removed(type: string, before: LockedMessage, now: Snapshot): Change {
  const data = textOf(currentOf(before).input);
  const twin = Object.entries(now.messages).find(
    ([
      ,
      {
        kind,
        data: { input },
      },
    ]) => kind === before.kind && textOf(input) === data,
  );
  const renamed = twin === undefined ? '' : ` (renamed to \`${twin[0]}\`?)`;
  return {
    what: type,
    part: 'message',
    effect: 'breaks',
    broken: 'always',
    changes: [`is gone${renamed}: its wire name is in stored messages and in the code of others`],
    todo: 'put it back under its wire name; only the class may have another name. To replace it, keep both until nothing of it is stored',
  };
}

function messageChanges(type: string, before: LockedMessage, after: Message, message: MessageClass): Change[] {
  const identity = identityChanges(type, before, after);
  if (identity.length > 0 && before.kind !== after.kind) return identity;
  return [
    ...identity,
    ...dataChanges(type, before, after, message),
    ...replyChanges(type, before, after),
    ...errorChanges(type, before.errors, after.errors),
  ];
}

function identityChanges(type: string, before: LockedMessage, after: Message): Change[] {
  const always = { what: type, part: 'message', effect: 'breaks', broken: 'always' } as const;
  const found: Change[] = [];
  if (before.kind !== after.kind) {
    const changes = [`was ${withArticle(before.kind)}, is ${withArticle(after.kind)}`];
    return [{ ...always, changes, todo: 'declare it under another wire name' }];
  }
  if (after.version < before.version) {
    found.push({
      ...always,
      changes: [
        `version ${before.version} became ${after.version}: messages of the higher version would wait for ever`,
      ],
      todo: `raise \`version\` to ${before.version} again, or higher`,
    });
  }
  if (before.entityId !== after.entityId) {
    found.push({
      ...always,
      changes: [`\`entityId\` was \`${before.entityId ?? 'nothing'}\`, is \`${after.entityId ?? 'nothing'}\``],
      todo: 'keep the key: events that are on their way keep theirs, so the order of one entity is lost between old and new. Accept it if the order does not matter there',
    });
  }
  return found;
}

function withArticle(kind: string): string {
  return kind === 'event' ? 'an event' : `a ${kind}`;
}
