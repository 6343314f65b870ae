import type {
  ClassDefinition,
  FailureOptions,
  GuardDefinition,
  HandlerDefinition,
  ListenerDefinition,
  ListenerOptions,
  MethodDefinition,
  Target,
} from './definitions.js';
import type { Saga } from '../sagas/declaration.js';
import type { Entity } from '../entities/entity.js';
import type { CallSite } from '../errors/call-site.js';
import { describeValue } from '../errors/describe.js';
import { SetupError } from '../errors/errors.js';
import { checkedElsewhere, optionProblems, type OptionChecks } from '../errors/options.js';
import { covers } from '../message/family.js';
import { Command, Event, type AbstractClass, type MessageClass } from '../message/message.js';
import { itemProblems } from './item-problems.js';
import { labelOf, type Labelled } from './labels.js';
import { decoratedMethods } from './methods.js';
import { codeOf, eventsOf, listenerOptionsOf, timeoutClassOf } from './saga-listener.js';
import type { Dependencies, ServiceId } from '../ports/container.js';
import type { Sink } from '../ports/sink.js';
import type { Projection } from '../projections/projection.js';

/** How to reach the code of a handler or listener. */
export type Code =
  | { readonly run: (...args: never[]) => unknown; readonly dependencies: Dependencies | undefined }
  | { readonly service: ServiceId; readonly method: string };

export interface RegisteredHandler {
  /** The messages, or groups of them, that it handles. */
  readonly targets: readonly Target[];
  readonly options: FailureOptions;
  readonly code: Code;
  /** The entity that decides it, if any. */
  readonly entity?: Entity | undefined;
  /** Replaces another handler on purpose. */
  readonly replaces: boolean;
  /** Where it is registered, for error texts: `registry payments, PaymentQueries.byId`. */
  readonly place: string;
  readonly site?: CallSite | undefined;
}

export interface RegisteredListener {
  readonly targets: readonly Target[];
  readonly options: ListenerOptions;
  readonly code: Code;
  /** The sink that it writes to, if any. */
  readonly sink?: Sink | undefined;
  readonly registry: string;
  readonly place: string;
  readonly site?: CallSite | undefined;
}

export interface RegisteredGuard {
  readonly guard: GuardDefinition;
  readonly place: string;
}

export interface RegisteredSaga {
  readonly saga: Saga;
  /** The message that brings a timeout. */
  readonly timeout: MessageClass;
  readonly place: string;
}

export interface RegisteredEntity {
  readonly entity: Entity;
  readonly place: string;
}

export interface RegisteredProjection {
  readonly projection: Projection;
  readonly place: string;
}

type Callable = (...args: never[]) => unknown;

/** A handler of any messages: the result of `on(…).handle(…)`. */
type AnyHandler = Omit<HandlerDefinition, 'targets' | 'run'> & {
  readonly targets: readonly Target[];
  readonly run: Callable;
  readonly entity?: Entity;
};

/** A listener to any events: the result of `on(…).listen(…)` and `on(…).sink(…)`. */
type AnyListener = Omit<ListenerDefinition, 'targets' | 'run'> & {
  readonly targets: readonly Target[];
  readonly run: Callable;
  readonly sink?: Sink;
};

/** What {@link MessageRegistry.register} accepts. */
export type Registrable =
  AnyHandler | AnyListener | GuardDefinition | ClassDefinition | Entity | Projection | Saga | AbstractClass<object>;

/** What a registry may hold: with a base, only messages that extend it. */
export interface RegistryOptions {
  /** The group that its commands and queries extend. @defaultValue none */
  readonly commandBase?: AbstractClass<Command>;
  /** The group that its events extend. @defaultValue none */
  readonly eventBase?: AbstractClass<Event>;
}

/** A slice's handlers, listeners and guards, in the order in which they were registered. */
export class MessageRegistry {
  readonly handlers: RegisteredHandler[] = [];
  readonly listeners: RegisteredListener[] = [];
  readonly guards: RegisteredGuard[] = [];
  readonly entities: RegisteredEntity[] = [];
  readonly projections: RegisteredProjection[] = [];
  readonly sagas: RegisteredSaga[] = [];
  readonly #items = new Set<unknown>();
  readonly #options: RegistryOptions;
  #user: string | undefined;

  /**
   * @param name appears in error texts, and begins the names of its listeners.
   * @throws SetupError (`INVALID_REGISTRATION`)
   */
  constructor(
    readonly name: string,
    options: RegistryOptions = {},
  ) {
    const bases = Object(options) as RegistryOptions;
    const problems = [
      ...nameProblems(name),
      ...optionProblems(options, registryChecks),
      ...baseProblems('commandBase', bases, Command),
      ...baseProblems('eventBase', bases, Event),
    ];
    if (problems.length > 0) throw new SetupError('INVALID_REGISTRATION', `The registry \`${name}\``, problems);
    this.#options = options;
  }

  /**
   * Adds handlers, listeners and guards made by `on`, entities, projections, sagas, classes with decorated methods, and classes described by
   * `methods`. An entity that decides a command need not be registered by itself.
   *
   * @throws SetupError (`INVALID_REGISTRATION`) that lists every item that cannot be registered; then nothing is added. Also
   * throws once a bus uses the registry, because the bus would not notice.
   */
  register(...items: readonly Registrable[]): this {
    this.#assertRegistrable(items);
    for (const item of items) this.#add(item);
    return this;
  }

  /**
   * Replaces the handlers that this or another registry of the same bus has for the same messages. Each message can be
   * replaced only once.
   *
   * @throws SetupError (`INVALID_REGISTRATION`) as `register` does.
   * @example registry.replace(on(GetRate).handle(async () => ({ rate: 1 })));
   */
  replace(handler: AnyHandler): this {
    this.#assertRegistrable([handler]);
    if ((handler as Partial<AnyHandler>).kind !== 'handler') {
      throw new SetupError('INVALID_REGISTRATION', `The registry \`${this.name}\``, [
        `\`replace\` is given ${describeValue(handler)}, but replaces handlers only; pass what \`on(…).handle(…)\` gives`,
      ]);
    }
    this.#addHandler(handler, true);
    return this;
  }

  /** Closes the registry for changes: a bus has read it. */
  seal(user: string): void {
    this.#user ??= user;
  }

  #assertRegistrable(items: readonly unknown[]): void {
    const problems = new Set(
      this.#user === undefined
        ? items.flatMap((item, index) => [
            ...itemProblems(item, index + 1, this.#options),
            ...this.#repeats(item, items, index),
          ])
        : [`it is in use by the bus \`${this.#user}\`; register everything before \`new Anywise(…)\``],
    );
    if (problems.size > 0) {
      throw new SetupError('INVALID_REGISTRATION', `The registry \`${this.name}\``, [...problems]);
    }
  }

  #repeats(item: unknown, items: readonly unknown[], index: number): string[] {
    if (!this.#items.has(item) && items.indexOf(item) === index) return [];
    const name =
      typeof item === 'function'
        ? `\`${item.name}\``
        : labelOfItem(item as Exclude<Registrable, AbstractClass<object>>);
    return [`${name} is registered twice; register it once`];
  }

  #add(item: Registrable): void {
    this.#items.add(item);
    if (typeof item === 'function') {
      this.#addMethods(item, decoratedMethods(item));
      return;
    }
    switch (item.kind) {
      case 'class': {
        this.#addMethods(item.service, item.methods);
        return;
      }
      case 'handler':
        this.#addHandler(item, false);
        return;
      case 'listener': {
        const { targets, options, sink, site } = item;
        const place = this.#place(item);
        this.listeners.push({ targets, options, code: item, sink, registry: this.name, place, site });
        return;
      }
      case 'entity':
        this.entities.push({ entity: item, place: `registry \`${this.name}\`` });
        return;
      case 'projection':
        this.projections.push({ projection: item, place: `registry \`${this.name}\`` });
        return;
      case 'saga':
        this.#addSaga(item);
        return;
      case 'guard':
        this.guards.push({ guard: item, place: this.#place(item) });
    }
  }

  #addHandler(handler: AnyHandler, replaces: boolean): void {
    this.#items.add(handler);
    const { targets, options, entity, site } = handler;
    const place = this.#place(handler);
    this.handlers.push({ targets, options, code: handler, entity, replaces, place, site });
    if (entity !== undefined) this.entities.push({ entity, place });
  }

  #addSaga(saga: Saga): void {
    const place = `registry \`${this.name}\`, the saga \`${saga.name}\``;
    const listener = { targets: eventsOf(saga), options: listenerOptionsOf(saga), code: codeOf(saga), site: saga.site };
    this.listeners.push({ ...listener, registry: this.name, place });
    this.sagas.push({ saga, timeout: timeoutClassOf(saga), place });
  }

  #addMethods(service: AbstractClass<object>, methods: readonly MethodDefinition[]): void {
    for (const { kind, targets, options, method, site } of methods) {
      const code: Code = { service, method: String(method) };
      const place = `registry \`${this.name}\`, \`${service.name}.${String(method)}\``;
      if (kind === 'listener') this.listeners.push({ targets, options, code, registry: this.name, place, site });
      else this.handlers.push({ targets, options, code, replaces: false, place, site });
    }
  }

  #place(item: Labelled): string {
    return `registry \`${this.name}\`, ${labelOf(item)}`;
  }
}

function labelOfItem(item: Exclude<Registrable, AbstractClass<object>>): string {
  return item.kind === 'entity' || item.kind === 'projection' || item.kind === 'saga'
    ? `the ${item.kind} \`${item.name}\``
    : labelOf(item as Labelled);
}

function nameProblems(name: unknown): string[] {
  if (typeof name === 'string' && name !== '') return [];
  return [`its name is ${describeValue(name)}, but must be a non-empty string`];
}

// What they must be depends on the kind, and is said below.
const registryChecks: OptionChecks<RegistryOptions> = {
  commandBase: checkedElsewhere(),
  eventBase: checkedElsewhere(),
};

function baseProblems(name: keyof RegistryOptions, options: RegistryOptions, above: AbstractClass<object>): string[] {
  const base: unknown = options[name];
  if (base === undefined) return [];
  if (typeof base === 'function' && covers(above, base as unknown as AbstractClass<object>)) return [];
  return [`\`${name}\` is ${describeValue(base)}, but must be an abstract class that extends \`${above.name}\``];
}
