import type { Contract } from '../message/contract.js';
import { isMessageClass, sliceOf, type MessageClass } from '../message/message.js';
import type { Target } from './definitions.js';
import type { MessageRegistry, RegisteredGuard, RegisteredHandler, RegisteredListener } from './registry.js';
import type { Sink } from '../ports/sink.js';

/** A listener with the name by which the inbox knows it. */
export interface NamedListener extends RegisteredListener {
  readonly name: string;
}

/** Who handles, guards and listens to what, from all registries of a bus. */
export class Wiring {
  readonly handlers: readonly RegisteredHandler[];
  readonly listeners: readonly NamedListener[];
  readonly guards: readonly RegisteredGuard[];
  /** What some of the listeners write to, each once. */
  readonly sinks: ReadonlySet<Sink>;

  constructor(registries: readonly MessageRegistry[]) {
    this.handlers = registries.flatMap((registry) => registry.handlers);
    this.listeners = registries.flatMap((registry) => registry.listeners).map(withName);
    this.guards = registries.flatMap((registry) => registry.guards);
    this.sinks = new Set(this.listeners.flatMap(({ sink }) => sink ?? []));
  }

  /** The handler of a message: the one that replaces others, if one does. */
  handlerOf(message: Target): RegisteredHandler | undefined {
    const handlers = this.handlers.filter((handler) => handler.message === message);
    return handlers.find(({ replaces }) => replaces) ?? handlers[0];
  }

  /** The handlers of commands that can be enqueued, those left out that others replace. */
  get commandHandlers(): readonly RegisteredHandler[] {
    return this.handlers.filter(
      (handler) =>
        isMessageClass(handler.message) &&
        handler.message.kind === 'command' &&
        this.handlerOf(handler.message) === handler,
    );
  }

  /** The guards of a command: those on a base class before those on a derived one, then in the order of registration. */
  guardsOf(message: Target): readonly RegisteredGuard[] {
    return this.guards
      .map((guard) => ({ guard, depth: depthOfMatch(guard.guard.targets, message) }))
      .filter(({ depth }) => depth !== undefined)
      .sort((a, b) => Number(a.depth) - Number(b.depth))
      .map(({ guard }) => guard);
  }

  listenersOf(event: Target): readonly NamedListener[] {
    return this.listeners.filter(({ targets }) => targets.some((target) => covers(target, event)));
  }

  /**
   * The wire names that a service wants from others: of the events that it listens to, and of the commands that it owns.
   * Another's command that it handles as well is only for itself, so that each command is handled by one slice.
   */
  heardTypes(contracts: readonly Contract[], service: string): readonly string[] {
    const known: MessageClass[] = contracts.flatMap(({ messages }) => [...messages.values()]);
    return known.filter((message) => this.#isHeard(message, service)).map(({ type }) => type);
  }

  #isHeard(message: MessageClass, service: string): boolean {
    switch (message.kind) {
      case 'event':
        return this.listenersOf(message).some(({ options }) => !options.inline);
      case 'command':
        return sliceOf(message.type) === service && this.handlerOf(message) !== undefined;
      case 'query':
        return false;
    }
  }
}

/** Whether a target is the message itself or a group above it. */
export function covers(target: Target, message: Target): boolean {
  return target === message || message.prototype instanceof target;
}

function withName(listener: RegisteredListener): NamedListener {
  const types = listener.targets.map((target) => (isMessageClass(target) ? target.type : target.name));
  return { ...listener, name: listener.options.name ?? `${listener.registry}/${types.join('+')}` };
}

function depthOfMatch(targets: readonly Target[], message: Target): number | undefined {
  const depths = targets.filter((target) => covers(target, message)).map(depthOf);
  return depths.length === 0 ? undefined : Math.min(...depths);
}

function depthOf(target: Target): number {
  let depth = 0;
  for (let at: unknown = target; typeof at === 'function'; at = Object.getPrototypeOf(at)) depth++;
  return depth;
}
