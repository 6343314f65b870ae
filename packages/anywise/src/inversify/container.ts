import type { BindToFluentSyntax, Container, ResolutionContext, ServiceIdentifier } from 'inversify';
import { AnywiseError } from '../core/errors/errors.js';
import { serviceName, type ContainerAdapter, type Scope, type ServiceId } from '../core/ports/container.js';
import { PlanCheck } from './plan-check.js';
import { MessageScope, type CurrentMessage, type Maker } from './scope.js';

/** The adapter of an Inversify container, and how to bind services that live as long as one message. */
export interface InversifyAdapter extends ContainerAdapter {
  /**
   * Binds a service that is created once per message, shared by everything that the message causes, and disposed at its end.
   * (Inversify's `inRequestScope` means once per `get`, which is not the same.)
   *
   * @example adapter.scoped(UnitOfWork, (bind) => bind.to(UnitOfWork));
   */
  scoped<T>(id: ServiceId<T>, bind: (to: BindToFluentSyntax<T>) => void): this;
}

/**
 * Connects an Inversify container with a bus. Services that the container creates for a message can inject `Anywise` and the
 * store's transaction, and get those of their message.
 *
 * Its bindings look up the current message, which is set around each synchronous `get`: there is no child container, so a
 * message costs about as much as a plain `get`. Set `jitless: false` on servers to make each `get` faster.
 */
export function inversify(container: Container): InversifyAdapter {
  return new Adapter(container);
}

const pending = Symbol('pending');

class Adapter implements InversifyAdapter, Maker {
  readonly #container: Container;
  readonly #root: ResolutionContext;
  readonly #check: PlanCheck;
  readonly #isSynchronous = new Map<ServiceIdentifier, boolean>();
  readonly #hidden: ServiceId[] = [];
  #current: CurrentMessage | undefined;
  #lessons = 0;

  constructor(container: Container) {
    this.#container = container;
    this.#root = resolutionContextOf(container);
    this.#check = new PlanCheck(container);
  }

  scoped<T>(id: ServiceId<T>, bind: (to: BindToFluentSyntax<T>) => void): this {
    const hidden = Symbol(`${serviceName(id)} of one message`) as ServiceId<T> & symbol;
    this.#hidden.push(hidden);
    bind(this.#container.bind<T>(hidden));
    this.#bind(id, ({ scope }, get) => scope.once(hidden, () => get(hidden)) as T);
    return this;
  }

  provides(ids: readonly ServiceId[]): void {
    const taken = ids.filter((id) => this.#container.isCurrentBound(id as ServiceIdentifier));
    if (taken.length > 0) {
      throw new AnywiseError(
        'INVALID_SETUP',
        `The container binds ${taken.map((id) => `\`${serviceName(id)}\``).join(' and ')} already. The bus binds these itself: remove the bindings, and give each bus a container of its own.`,
      );
    }
    this.#check.provides(ids);
    for (const id of ids) this.#bind(id, ({ services }) => services.provide(id));
  }

  verify(ids: readonly ServiceId[]): readonly string[] {
    return this.#check.problemsOf([...ids, ...this.#hidden]);
  }

  open(): Scope {
    return new MessageScope(this);
  }

  /** Inversify calls every binding of a graph before the first await, even of an asynchronous one. */
  make(id: ServiceId, message: CurrentMessage): unknown {
    const before = this.#current;
    this.#current = message;
    try {
      return this.#make(id, this.#root);
    } finally {
      this.#current = before;
    }
  }

  #bind<T>(id: ServiceId<T>, make: (message: CurrentMessage, get: (id: ServiceIdentifier) => unknown) => T): void {
    this.#container
      .bind<T>(id as ServiceIdentifier<T>)
      .toDynamicValue((context) => make(this.#message(id), (hidden) => this.#make(hidden, context)))
      .when(this.#check.noteMessageScoped);
  }

  #message(id: ServiceId): CurrentMessage {
    if (this.#current !== undefined) return this.#current;
    throw new AnywiseError(
      'OUTSIDE_MESSAGE',
      `\`${serviceName(id)}\` was requested outside of a message. Request it in the constructor of a handler, a guard or one of their dependencies, or in \`inject\`.`,
    );
  }

  /**
   * `get` drops the promise of an asynchronous graph, and with it the instance, so it is only used for graphs known to be
   * synchronous. The first time, `getAsync` finds out which they are.
   */
  #make(id: ServiceIdentifier, from: Pick<Container, 'get' | 'getAsync'>): unknown {
    const isSynchronous = this.#isSynchronous.get(id);
    if (isSynchronous === true) return this.#makeNow(id, from);
    const lessons = this.#lessons;
    const made = from.getAsync(id);
    if (isSynchronous !== undefined) return made;
    // If a dependency was requested for the first time as well, this promise proves nothing yet.
    if (lessons === this.#lessons) void this.#learn(id, made);
    this.#lessons++;
    return made;
  }

  #makeNow(id: ServiceIdentifier, from: Pick<Container, 'get' | 'getAsync'>): unknown {
    try {
      return from.get(id);
    } catch (error) {
      // A factory may return a value today and a promise tomorrow.
      if (!isAsynchronous(error)) throw error;
      this.#isSynchronous.set(id, false);
      return from.getAsync(id);
    }
  }

  async #learn(id: ServiceIdentifier, made: Promise<unknown>): Promise<void> {
    try {
      // Only an already settled promise wins against a value.
      this.#isSynchronous.set(id, (await Promise.race([made, Promise.resolve(pending)])) !== pending);
    } catch {
      // The caller gets the error; the next request finds out.
    }
  }
}

/**
 * The container as its own bindings see it. Its `getAsync` returns an already settled promise if nothing was asynchronous;
 * the container's own wraps it in another, which is never settled.
 */
function resolutionContextOf(container: Container): ResolutionContext {
  const probe = Symbol('probe');
  container.bind(probe).toDynamicValue((context) => ({ context }));
  try {
    return container.get<{ readonly context: ResolutionContext }>(probe).context;
  } finally {
    container.unbind(probe);
  }
}

function isAsynchronous(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected asynchronous service');
}
