import type { BindToFluentSyntax, Container, ResolutionContext, ServiceIdentifier } from 'inversify';
import { AnywiseError } from '../core/errors/errors.js';
import { serviceName, type ContainerAdapter, type Scope, type ServiceId } from '../core/ports/container.js';
import { PlanCheck } from './plan-check.js';
import { nameOf } from './singletons.js';
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

class Adapter implements InversifyAdapter, Maker {
  readonly #container: Container;
  readonly #root: ResolutionContext;
  readonly #check: PlanCheck;
  readonly #recipes = new Map<ServiceIdentifier, Recipe>();
  readonly #hidden: ServiceId[] = [];
  #current: CurrentMessage | undefined;
  /** The promises that bindings were given while the current service is made, if there are any. */
  #unclaimed: Promise<unknown>[] | undefined;
  #caught: Caught | undefined;

  constructor(container: Container) {
    this.#container = container;
    this.#root = resolutionContextOf(container);
    this.#check = new PlanCheck(container);
  }

  scoped<T>(id: ServiceId<T>, bind: (to: BindToFluentSyntax<T>) => void): this {
    const hidden = Symbol(`${serviceName(id)} of one message`) as ServiceId<T> & symbol;
    this.#hidden.push(hidden);
    bind(this.#container.bind<T>(hidden));
    this.#check.neverKeep(hidden);
    const recipe = this.#recipe(hidden);
    this.#bind(id, ({ scope }, context) => scope.once(hidden, () => this.#makeWithin(recipe, context)) as T);
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
    const current = this.#current;
    const unclaimed = this.#unclaimed;
    this.#current = message;
    this.#unclaimed = undefined;
    try {
      const made = this.#make(this.#recipe(id), this.#root);
      const within = this.#unclaimed as Promise<unknown>[] | undefined;
      return made instanceof Promise && within !== undefined ? explained(made, within) : made;
    } finally {
      this.#current = current;
      this.#unclaimed = unclaimed;
    }
  }

  #bind<T>(id: ServiceId<T>, make: (message: CurrentMessage, context: ResolutionContext) => T): void {
    this.#container
      .bind<T>(id as ServiceIdentifier<T>)
      .toDynamicValue((context) => make(this.#message(id), context))
      .inTransientScope()
      .when(this.#check.noteMessageScoped);
  }

  #message(id: ServiceId): CurrentMessage {
    if (this.#current === undefined) {
      throw new AnywiseError(
        'OUTSIDE_MESSAGE',
        `\`${serviceName(id)}\` was requested outside of a message. Request it in the constructor of a handler, a guard or one of their dependencies, or in \`inject\`.`,
      );
    }
    const singleton = this.#check.singletons.beingMade;
    if (singleton === undefined) return this.#current;
    throw new AnywiseError(
      'INVALID_SETUP',
      `\`${singleton}\` is a singleton, but requests \`${serviceName(id)}\` when it is made, which belongs to one message. Bind \`${singleton}\` in transient scope, or with \`scoped\` of the adapter.`,
    );
  }

  /** What the code of a binding asks for. Where that gets a promise and cannot wait, it fails for a reason that says little. */
  #makeWithin(recipe: Recipe, from: Resolver): unknown {
    const made = this.#make(recipe, from);
    if (made instanceof Promise) {
      made.catch(() => undefined);
      (this.#unclaimed ??= []).push(made);
    }
    return made;
  }

  /** An instance, or a promise of it if something in its graph is asynchronous. */
  #make(recipe: Recipe, from: Resolver): unknown {
    return recipe.isSynchronous === true ? this.#makeNow(recipe, from) : this.#catch(recipe, from);
  }

  /** At half the cost, for what needed nothing asynchronous the first time. */
  #makeNow(recipe: Recipe, from: Resolver): unknown {
    try {
      return from.get(recipe.id);
    } catch (error) {
      if (!isAsynchronous(error)) throw error;
      recipe.isSynchronous = false;
      return this.#catch(recipe, from);
    }
  }

  /**
   * `get` would drop a promise, and with it what was made; `getAsync` does not tell whether there was one. So a service is got
   * as a part of its captor, which catches it: at once if nothing is asynchronous.
   */
  #catch(recipe: Recipe, from: Resolver): unknown {
    const captor = (recipe.captor ??= this.#bindCaptor(recipe.id));
    this.#caught = undefined;
    const made = from.getAsync(captor);
    const caught = this.#caught as Caught | undefined;
    this.#caught = undefined;
    recipe.isSynchronous ??= caught !== undefined;
    return caught === undefined ? made : caught.service;
  }

  #recipe(id: ServiceIdentifier): Recipe {
    const known = this.#recipes.get(id);
    if (known !== undefined) return known;
    const recipe: Recipe = { id, captor: undefined, isSynchronous: undefined };
    this.#recipes.set(id, recipe);
    return recipe;
  }

  #bindCaptor(id: ServiceIdentifier): symbol {
    const captor = Symbol(`captor of ${nameOf(id)}`);
    const capture = (service: unknown): unknown => {
      this.#caught = { service };
      return service;
    };
    this.#container.bind(captor).toResolvedValue(capture, [id]).inTransientScope();
    // What was bound after the start is asked for the first time here.
    this.#check.watchSingletons();
    return captor;
  }
}

type Resolver = Pick<Container, 'get' | 'getAsync'>;

/** How a service is made. */
interface Recipe {
  readonly id: ServiceIdentifier;
  captor: symbol | undefined;
  /** Whether nothing in its graph was asynchronous; unknown before it is first made. */
  isSynchronous: boolean | undefined;
}

interface Caught {
  readonly service: unknown;
}

/** Rejects as what was asked for within did, where that is why a service could not be made. */
async function explained(made: Promise<unknown>, within: readonly Promise<unknown>[]): Promise<unknown> {
  try {
    return await made;
  } catch (error) {
    if (isAsynchronous(error)) await Promise.all(within);
    throw error;
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
