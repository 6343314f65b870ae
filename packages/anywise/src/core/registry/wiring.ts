import type { Contract } from '../message/contract.js';
import { covers } from '../message/family.js';
import { declarationOf, isMessageClass, sliceOf, type MessageClass } from '../message/message.js';
import type { FailureOptions, Target } from './definitions.js';
import type {
  MessageRegistry,
  RegisteredEntity,
  RegisteredGuard,
  RegisteredHandler,
  RegisteredListener,
  RegisteredProjection,
  RegisteredSaga,
} from './registry.js';
import type { Sink } from '../ports/sink.js';

/** A listener with the name under which the inbox keeps its messages. */
export interface NamedListener extends RegisteredListener {
  readonly name: string;
}

/** A command or query, and the handler that it goes to. */
export interface HandledMessage {
  readonly message: MessageClass;
  readonly handler: RegisteredHandler;
}

/** The handlers, guards and listeners from all registries of a bus. */
export class Wiring {
  readonly handlers: readonly RegisteredHandler[];
  readonly listeners: readonly NamedListener[];
  readonly guards: readonly RegisteredGuard[];
  /** The entities of this service, one for each place. */
  readonly entities: readonly RegisteredEntity[];
  readonly projections: readonly RegisteredProjection[];
  /** The sagas of this service. Each is a listener, too. */
  readonly sagas: readonly RegisteredSaga[];
  /** The sinks that listeners write to, each once. */
  readonly sinks: ReadonlySet<Sink>;
  /** The commands and queries of the contracts, and those that handlers name. */
  readonly commands: readonly MessageClass[];
  /** The events of the contracts, and those that listeners name. */
  readonly events: readonly MessageClass[];

  constructor(registries: readonly MessageRegistry[], contracts: readonly Contract[]) {
    this.handlers = registries.flatMap((registry) => registry.handlers);
    this.listeners = registries.flatMap((registry) => registry.listeners).map(withName);
    this.guards = registries.flatMap((registry) => registry.guards);
    this.entities = registries.flatMap((registry) => registry.entities);
    this.projections = registries.flatMap((registry) => registry.projections);
    this.sagas = registries.flatMap((registry) => registry.sagas);
    this.sinks = new Set(this.listeners.flatMap(({ sink }) => sink ?? []));
    this.commands = known(this.handlers, contracts).filter(({ kind }) => kind !== 'event');
    const kept = { targets: this.entityEvents };
    this.events = known([...this.listeners, kept], contracts).filter(({ kind }) => kind === 'event');
  }

  /** The events from which entities are rebuilt, each once. */
  get entityEvents(): readonly MessageClass[] {
    return [...new Set(this.entities.flatMap(({ entity }) => entity.steps.map(({ event }) => event)))];
  }

  /** The messages that stay in this service, whether a contract has them or not. */
  get ownMessages(): readonly MessageClass[] {
    return [...this.entityEvents, ...this.sagas.map(({ timeout }) => timeout)];
  }

  /** Every command and query that is handled here. */
  get handled(): readonly HandledMessage[] {
    return this.commands.flatMap((message) => {
      const handler = this.handlerOf(message);
      return handler === undefined ? [] : [{ message, handler }];
    });
  }

  /** The commands that can be enqueued here, and what happens to those that fail. */
  get commandHandlers(): readonly { readonly message: MessageClass; readonly options: FailureOptions }[] {
    return this.handled
      .filter(({ message }) => message.kind === 'command')
      .map(({ message, handler: { options } }) => ({ message, options }));
  }

  /**
   * The handler of a message: one that replaces others, otherwise one that names the message, otherwise one for its group.
   */
  handlerOf(message: Target): RegisteredHandler | undefined {
    return this.#ranked(message)[0]?.handler;
  }

  /** Ambiguous handlers, in lists of two or more. */
  rivalsFor(message: Target): readonly (readonly RegisteredHandler[])[] {
    const ranked = this.#ranked(message);
    const byRank = [...new Set(ranked.map(({ rank }) => rank))].map((rank) =>
      ranked.filter((each) => each.rank === rank),
    );
    return byRank
      .filter(([first, second], index) => second !== undefined && (first?.isNamed === true || index === 0))
      .map((rivals) => rivals.map(({ handler }) => handler));
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
   * The wire names that a service subscribes to: the events that it listens to, and the commands that it owns. If it also
   * handles another slice's command, it does so only for itself, so that each command is handled by one slice.
   */
  heardTypes(contracts: readonly Contract[], service: string): readonly string[] {
    const known: MessageClass[] = contracts.flatMap(({ messages }) => [...messages.values()]);
    return known.filter((message) => this.#isHeard(message, service)).map(({ type }) => type);
  }

  /**
   * The wire names of the commands and queries that a service answers when other services send them: those that it owns. If it
   * also handles another slice's, it does so only for itself.
   */
  answeredTypes(contracts: readonly Contract[], service: string): readonly string[] {
    const owned = contracts.filter(({ slice }) => slice === service).flatMap(({ messages }) => [...messages.values()]);
    return owned
      .filter((message) => message.kind !== 'event' && this.handlerOf(message) !== undefined)
      .map(({ type }) => type);
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

  /** The handlers of a message, the chosen one first. */
  #ranked(
    message: Target,
  ): { readonly handler: RegisteredHandler; readonly isNamed: boolean; readonly rank: number }[] {
    return this.handlers
      .map((handler) => ({ handler, targets: handler.targets.filter((target) => covers(target, message)) }))
      .filter(({ targets }) => targets.length > 0)
      .map(({ handler, targets }) => {
        const isNamed = targets.some(isMessageClass);
        return { handler, isNamed, rank: (handler.replaces ? 0 : 2) + (isNamed ? 0 : 1) };
      })
      .sort((a, b) => a.rank - b.rank);
  }
}

/** The messages that contracts have or that code names, one class for each declaration. */
function known(
  code: readonly { readonly targets: readonly Target[] }[],
  contracts: readonly Contract[],
): MessageClass[] {
  const declared = contracts.flatMap(({ messages }) => [...messages.values()]);
  const named = code.flatMap(({ targets }) => targets).filter(isMessageClass);
  const byDeclaration = new Map<unknown, MessageClass>();
  for (const message of [...declared, ...named]) {
    const declaration = declarationOf(message);
    if (!byDeclaration.has(declaration)) byDeclaration.set(declaration, message);
  }
  return [...byDeclaration.values()];
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
