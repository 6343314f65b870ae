import { baseKey, declarationOf, type AbstractClass, type MessageKind } from './message.js';

/** The kind of message that a class declares or groups; `undefined` for other classes. */
export function kindOf(target: unknown): MessageKind | undefined {
  return (
    declarationOf(target)?.kind ?? (target as Readonly<Record<symbol, MessageKind | undefined>> | undefined)?.[baseKey]
  );
}

/**
 * Whether a target is a message itself, a group above it, or the base of its kind. A class that extends a message counts as
 * that message. Messages of another installed copy of this package are recognised.
 */
export function covers(target: AbstractClass<object>, message: AbstractClass<object>): boolean {
  if (target === message || message.prototype instanceof target) return true;
  const declaration = declarationOf(target);
  if (declaration !== undefined) return declaration === declarationOf(message);
  return isBase(target) && isOfKind(message, kindOf(target));
}

/** Whether a class is `Command`, `Query` or `Event`, of whichever copy of this package. */
export function isBase(target: object): boolean {
  return Object.hasOwn(target, baseKey);
}

/** Every query is also a command, whatever group it is declared with. */
function isOfKind(message: unknown, kind: MessageKind | undefined): boolean {
  const own = kindOf(message);
  return own === kind || (kind === 'command' && own === 'query');
}
