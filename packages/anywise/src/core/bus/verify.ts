import type { Contract } from '../message/contract.js';
import { isMessageClass } from '../message/message.js';
import { servicesOf } from '../dispatch/compile.js';
import { serviceName, type ContainerAdapter, type ServiceId } from '../ports/container.js';
import type { Wiring } from '../registry/wiring.js';

export interface VerifyOptions {
  readonly name: string;
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
  readonly container: ContainerAdapter | undefined;
  /** Whether listeners go through an inbox, which knows them by name. */
  readonly durable: boolean;
  readonly isProvided: (id: ServiceId) => boolean;
}

/** Everything that is wrong with a bus before its first message, one text a problem. */
export function verify(options: VerifyOptions): readonly string[] {
  return [
    ...twoHandlers(options),
    ...missingHandlers(options),
    ...unknownMessages(options),
    ...twoClasses(options),
    ...missingUpcasts(options),
    ...listenerNames(options),
    ...dependencies(options),
  ];
}

function twoHandlers({ wiring }: VerifyOptions): string[] {
  const first = new Map<string, string>();
  return wiring.handlers.flatMap(({ message, replaces, place }) => {
    // One may replace another, but two cannot replace the same.
    const role = `${message.type} ${String(replaces)}`;
    const other = first.get(role);
    first.set(role, other ?? place);
    return other === undefined
      ? []
      : [
          `\`${message.type}\` has two handlers: in ${other} and in ${place}; remove one, or let one take the other's place with \`registry.replace(…)\``,
        ];
  });
}

function missingHandlers({ name, wiring, contracts }: VerifyOptions): string[] {
  const owned = contracts.filter(({ slice }) => slice === name).flatMap(({ messages }) => [...messages.values()]);
  return owned
    .filter((message) => message.kind !== 'event' && wiring.handlerOf(message) === undefined)
    .map(
      ({ type, name: className }) =>
        `\`${type}\` has no handler, and this slice owns it; register one with \`on(${className}).handle(…)\``,
    );
}

function unknownMessages({ wiring, contracts, durable }: VerifyOptions): string[] {
  // What the inbox keeps can only be read back with its contract; a bus in one process needs none.
  if (contracts.length === 0 && !durable) return [];
  const known = new Set(contracts.flatMap(({ messages }) => [...messages.keys()]));
  const used = [
    ...wiring.handlers.map(({ message, place }) => ({ target: message, place })),
    ...wiring.listeners.flatMap(({ targets, place }) => targets.map((target) => ({ target, place }))),
  ];
  return used.flatMap(({ target, place }) =>
    isMessageClass(target) && !known.has(target.type)
      ? [`\`${target.type}\`, used in ${place}, is in none of the contracts given; add its contract to \`contracts\``]
      : [],
  );
}

function twoClasses({ wiring, contracts }: VerifyOptions): string[] {
  const known = new Map(contracts.flatMap(({ messages }) => [...messages]));
  const used = [
    ...wiring.handlers.map(({ message }) => message),
    ...wiring.listeners.flatMap(({ targets }) => targets),
  ];
  const strangers = new Set(
    used
      .filter(isMessageClass)
      .filter(({ type }) => known.has(type))
      .filter((message) => known.get(message.type) !== message),
  );
  return [...strangers].map(
    ({ type }) => `two classes are called \`${type}\`; the contract package is probably installed twice`,
  );
}

/** Events of old versions may still wait in an outbox, on a transport, or in an inbox. */
function missingUpcasts({ contracts }: VerifyOptions): string[] {
  const events = contracts.flatMap(({ messages }) => [...messages.values()]).filter(({ kind }) => kind === 'event');
  return events.flatMap(({ type, version, upcast }) => {
    const old = Array.from({ length: version - 1 }, (_, index) => index + 1);
    return old
      .filter((from) => upcast?.[from] === undefined)
      .map((from) => `\`${type}\` has version ${version}, but no \`upcast\` from version ${from}; add it to the event`);
  });
}

function listenerNames({ wiring, durable }: VerifyOptions): string[] {
  const commands = new Set(durable ? wiring.handlers.map(({ message }) => message.type) : []);
  const first = new Map<string, string>();
  return wiring.listeners.flatMap(({ name, targets, options, place }) => {
    const problems: string[] = [];
    const other = first.get(name);
    first.set(name, other ?? place);
    if (other !== undefined) {
      problems.push(
        `two listeners are called \`${name}\`: in ${other} and in ${place}; tell them apart with \`.named(…)\``,
      );
    }
    if (commands.has(name)) {
      problems.push(
        `the listener in ${place} is called \`${name}\`, like a command; give it another name with \`.named(…)\``,
      );
    }
    if (durable && options.name === undefined && !options.inline && !targets.every(isMessageClass)) {
      problems.push(
        `the listener in ${place} listens to a group and has no stable name; give it one with \`.named(…)\``,
      );
    }
    return problems;
  });
}

function dependencies({ wiring, container, isProvided }: VerifyOptions): readonly string[] {
  const parts = [
    ...wiring.guards.map(({ guard, place }) => ({ services: servicesOf(guard), place })),
    ...wiring.handlers.map(({ code, place }) => ({ services: servicesOf(code), place })),
    ...wiring.listeners.map(({ code, place }) => ({ services: servicesOf(code), place })),
  ];
  const asked = parts.flatMap(({ services, place }) =>
    services.filter((id) => !isProvided(id)).map((id) => ({ id, place })),
  );
  if (container === undefined) {
    return asked.map(({ id, place }) => `${place} asks for \`${serviceName(id)}\`, but the bus has no \`container\``);
  }
  return container.verify([...new Set(asked.map(({ id }) => id))]);
}
