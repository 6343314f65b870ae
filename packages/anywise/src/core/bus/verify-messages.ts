import type { Contract } from '../message/contract.js';
import { covers, isBase } from '../message/family.js';
import { declarationOf, isMessageClass, type MessageClass } from '../message/message.js';
import type { Target } from '../registry/definitions.js';
import { targetName } from '../registry/labels.js';
import type { Wiring } from '../registry/wiring.js';

interface Options {
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
  /** Whether what listeners are given is kept, and read back. */
  readonly durable: boolean;
}

/** What is wrong with the messages that a bus is given, and with those that its registries name. */
export function messageProblems(options: Options): string[] {
  return [
    ...sharedNames(options),
    ...unknownMessages(options),
    ...strangers(options),
    ...strangeGroups(options),
    ...missingUpcasts(options),
  ];
}

interface Use {
  readonly target: Target;
  readonly place: string;
}

function messagesOf({ contracts }: Pick<Options, 'contracts'>): readonly MessageClass[] {
  return contracts.flatMap(({ messages }) => [...messages.values()]);
}

function usesOf(parts: readonly { readonly targets: readonly Target[]; readonly place: string }[]): readonly Use[] {
  return parts.flatMap(({ targets, place }) => targets.map((target) => ({ target, place })));
}

function allUses({ wiring }: Options): readonly Use[] {
  const guards = wiring.guards.map(({ guard: { targets }, place }) => ({ targets, place }));
  const entities = wiring.entities.map(({ entity, place }) => ({
    targets: entity.steps.map(({ event }) => event),
    place,
  }));
  return usesOf([...wiring.handlers, ...wiring.listeners, ...guards, ...entities]);
}

/** Two contracts may each be valid and still clash. */
function sharedNames(options: Options): string[] {
  const first = new Map<string, MessageClass>();
  return messagesOf(options).flatMap((message) => {
    const twin = first.get(message.type) ?? message;
    first.set(message.type, twin);
    return declarationOf(twin) === declarationOf(message)
      ? []
      : [`two contracts have a message \`${message.type}\`; the contract package is probably installed twice`];
  });
}

function unknownMessages({ wiring, contracts, durable }: Options): string[] {
  // What the inbox keeps can only be read back with its contract; a bus in one process needs none.
  if (contracts.length === 0 && !durable) return [];
  const kept = wiring.entityEvents.map(({ type }) => type);
  const known = new Set([...contracts.flatMap(({ messages }) => [...messages.keys()]), ...kept]);
  const published = [...wiring.handlers, ...wiring.listeners].map(({ options: { publishes = [] }, place }) => ({
    targets: publishes,
    place,
  }));
  return usesOf([...wiring.handlers, ...wiring.listeners, ...published]).flatMap(({ target, place }) =>
    isMessageClass(target) && !known.has(target.type)
      ? [
          `\`${target.type}\`, used in ${place}, is not in any of the given contracts; add its contract to \`contracts\``,
        ]
      : [],
  );
}

/** Messages with the wire name of one in the contracts, but of another class. */
function strangers(options: Options): string[] {
  const known = new Map(messagesOf(options).map((message) => [message.type, message]));
  const problems = allUses(options).flatMap(({ target, place }) => {
    const message = isMessageClass(target) ? known.get(target.type) : undefined;
    if (message === undefined || message === target) return [];
    return declarationOf(message) === declarationOf(target)
      ? [
          `${place} is for \`${target.name}\`, which extends the message \`${message.name}\`; what is delivered is a \`${message.name}\`, so write \`on(${message.name})\``,
        ]
      : [`two classes are called \`${message.type}\`; the contract package is probably installed twice`];
  });
  return [...new Set(problems)];
}

/** Groups that cover nothing, although messages here extend a class with the same name. */
function strangeGroups(options: Options): string[] {
  const messages = messagesOf(options);
  const problems = allUses(options)
    .filter(({ target }) => !isMessageClass(target) && !isBase(target))
    .filter(({ target }) => !messages.some((message) => covers(target, message)))
    .filter(({ target }) => messages.some((message) => groupNames(message).has(target.name)))
    .map(
      ({ target }) => `two groups are called ${targetName(target)}; the contract package is probably installed twice`,
    );
  return [...new Set(problems)];
}

function groupNames(message: MessageClass): ReadonlySet<string> {
  const names = new Set<string>();
  let at: unknown = Object.getPrototypeOf(declarationOf(message));
  for (; typeof at === 'function' && !isBase(at); at = Object.getPrototypeOf(at)) names.add(at.name);
  return names;
}

/** Messages of old versions may wait in an outbox, on a transport, in an inbox, or stay in a log. Queries never wait. */
function missingUpcasts(options: Options): string[] {
  const own = options.wiring.entityEvents;
  const shared = messagesOf(options).filter((message) => !own.includes(message));
  const waiting = [...shared, ...own].filter(({ kind }) => kind !== 'query');
  return waiting.flatMap(({ type, kind, version, upcast }) => {
    const old = Array.from({ length: version - 1 }, (_, index) => index + 1);
    return old
      .filter((from) => upcast?.[from] === undefined)
      .map(
        (from) => `\`${type}\` has version ${version}, but no \`upcast\` from version ${from}; add it to the ${kind}`,
      );
  });
}
