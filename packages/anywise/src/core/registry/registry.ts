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
import { SetupError } from '../errors/errors.js';
import { isMessageClass, type AbstractClass, type Command, type Event } from '../message/message.js';
import { decoratedMethods } from './methods.js';
import { serviceName, type Dependencies, type ServiceId } from '../ports/container.js';
import type { Sink } from '../ports/sink.js';

/** How to reach the code of a handler or listener. */
export type Code =
  | { readonly run: (...args: never[]) => unknown; readonly dependencies: Dependencies | undefined }
  | { readonly service: ServiceId; readonly method: string };

export interface RegisteredHandler {
  readonly message: Target & { readonly type: string };
  readonly options: FailureOptions;
  readonly code: Code;
  /** Takes the place of another handler on purpose. */
  readonly replaces: boolean;
  /** Where it stands, for people: `registry payments, PaymentQueries.byId`. */
  readonly place: string;
}

export interface RegisteredListener {
  readonly targets: readonly Target[];
  readonly options: ListenerOptions;
  readonly code: Code;
  /** What it writes to, if it is a sink. */
  readonly sink?: Sink | undefined;
  readonly registry: string;
  readonly place: string;
}

export interface RegisteredGuard {
  readonly guard: GuardDefinition;
  readonly place: string;
}

type Callable = (...args: never[]) => unknown;

/** A handler whatever its message: what `on(…).handle(…)` makes. */
type AnyHandler = Omit<HandlerDefinition, 'message' | 'run'> & {
  readonly message: Target & { readonly type: string };
  readonly run: Callable;
};

/** A listener whatever its events: what `on(…).listen(…)` and `on(…).sink(…)` make. */
type AnyListener = Omit<ListenerDefinition, 'targets' | 'run'> & {
  readonly targets: readonly Target[];
  readonly run: Callable;
  readonly sink?: Sink;
};

/** What {@link MessageRegistry.register} takes. */
export type Registrable = AnyHandler | AnyListener | GuardDefinition | ClassDefinition | AbstractClass<object>;

/** What a registry may hold: with a base given, only messages below it. */
export interface RegistryOptions {
  readonly commandBase?: AbstractClass<Command>;
  readonly eventBase?: AbstractClass<Event>;
}

/** A slice's handlers, listeners and guards, in the order in which they were registered. */
export class MessageRegistry {
  readonly handlers: RegisteredHandler[] = [];
  readonly listeners: RegisteredListener[] = [];
  readonly guards: RegisteredGuard[] = [];

  constructor(
    readonly name: string,
    private readonly options: RegistryOptions = {},
  ) {}

  /**
   * Adds handlers, listeners and guards made by `on`, classes with decorated methods, and classes described by `methods`.
   *
   * @throws SetupError (`INVALID_REGISTRATION`) that lists every item it cannot take; then nothing is added.
   */
  register(...items: readonly Registrable[]): this {
    const problems = new Set(items.flatMap((item) => this.#problemsOf(item)));
    if (problems.size > 0) {
      throw new SetupError('INVALID_REGISTRATION', `The registry \`${this.name}\``, [...problems]);
    }
    for (const item of items) this.#add(item);
    return this;
  }

  /**
   * Puts a handler in the place of the one that this or another registry of the same bus has. Only one may do so.
   *
   * @example registry.replace(on(GetRate).handle(async () => ({ rate: 1 })));
   */
  replace(handler: AnyHandler): this {
    this.#addHandler(handler, true);
    return this;
  }

  #add(item: Registrable): void {
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
        const { targets, options, sink } = item;
        this.listeners.push({ targets, options, code: item, sink, registry: this.name, place: this.#place(item) });
        return;
      }
      case 'guard':
        this.guards.push({ guard: item, place: this.#place(item) });
    }
  }

  #addHandler(handler: AnyHandler, replaces: boolean): void {
    const { message, options } = handler;
    this.handlers.push({ message, options, code: handler, replaces, place: this.#place(handler) });
  }

  #addMethods(service: AbstractClass<object>, methods: readonly MethodDefinition[]): void {
    for (const { kind, targets, options, method } of methods) {
      const code: Code = { service, method };
      const place = `registry \`${this.name}\`, \`${service.name}.${method}\``;
      const [target] = targets;
      if (kind === 'listener') this.listeners.push({ targets, options, code, registry: this.name, place });
      else if (isMessageClass(target)) this.handlers.push({ message: target, options, code, replaces: false, place });
    }
  }

  #place(item: Exclude<Registrable, AbstractClass<object> | ClassDefinition>): string {
    return `registry \`${this.name}\`, ${labelOf(item)}`;
  }

  #problemsOf(item: Registrable): string[] {
    if (typeof item !== 'function') return targetsOf(item).flatMap((target) => this.#problemsOfTarget(target));
    const methods = decoratedMethods(item);
    if (methods.length === 0) {
      return [
        `\`${item.name}\` has no method with \`@handles\` or \`@listens\`; mark one, or describe it with \`methods(…)\``,
      ];
    }
    return methods.flatMap(({ targets }) => targets.flatMap((target) => this.#problemsOfTarget(target)));
  }

  #problemsOfTarget(target: Target): string[] {
    if (!isMessageClass(target)) return [];
    const base = target.kind === 'event' ? this.options.eventBase : this.options.commandBase;
    if (base === undefined || target.prototype instanceof base) return [];
    return [`\`${target.name}\` does not extend \`${base.name}\`, which all ${target.kind}s here must`];
  }
}

function labelOf(item: Exclude<Registrable, AbstractClass<object> | ClassDefinition>): string {
  const name = 'run' in item ? item.run.name : serviceName(item.service);
  if (name !== '') return `\`${name}\``;
  // A function that is written where it is passed has no name.
  const targets = targetsOf(item).map((target) => `\`${isMessageClass(target) ? target.type : target.name}\``);
  return `${'sink' in item ? 'sink' : item.kind} of ${targets.join(' and ')}`;
}

function targetsOf(item: Exclude<Registrable, AbstractClass<object>>): readonly Target[] {
  switch (item.kind) {
    case 'class':
      return item.methods.flatMap(({ targets }) => targets);
    case 'handler':
      return [item.message];
    case 'listener':
    case 'guard':
      return item.targets;
  }
}
