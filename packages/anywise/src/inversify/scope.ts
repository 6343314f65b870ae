import type { ServiceIdentifier } from 'inversify';
import type { MessageServices, Scope, ScopeOutcome, ServiceId } from '../core/ports/container.js';

/** The message that the container creates something for. */
export interface CurrentMessage {
  readonly scope: MessageScope;
  readonly services: MessageServices;
}

/** Creates the services of a scope. */
export interface Maker {
  make(id: ServiceId, message: CurrentMessage): unknown;
}

interface Disposable {
  [Symbol.asyncDispose]?: (outcome?: ScopeOutcome) => PromiseLike<void>;
  [Symbol.dispose]?: (outcome?: ScopeOutcome) => void;
}

/** A service that was created for a message. Not in a map, which would cost more than the few services of one message. */
interface Made {
  readonly id: ServiceIdentifier;
  readonly service: unknown;
  /** The one that was created before it. */
  readonly before: Made | undefined;
}

/** The services created for one message. They are disposed in reverse order. */
export class MessageScope implements Scope {
  readonly #maker: Maker;
  #last: Made | undefined;

  constructor(maker: Maker) {
    this.#maker = maker;
  }

  resolve<T>(id: ServiceId<T>, services: MessageServices): T | Promise<T> {
    return this.#maker.make(id, { scope: this, services }) as T | Promise<T>;
  }

  /** Creates a service the first time, and returns the same one from then on. */
  once(id: ServiceIdentifier, make: () => unknown): unknown {
    for (let made = this.#last; made !== undefined; made = made.before) {
      if (made.id === id) return made.service;
    }
    const service = make();
    this.#last = { id, service, before: this.#last };
    return service;
  }

  dispose(outcome?: ScopeOutcome): void | Promise<void> {
    for (let made = this.#last; made !== undefined; made = made.before) {
      if (mayNeedDisposal(made.service)) return disposeAll(this.#lastFirst(), outcome);
    }
  }

  #lastFirst(): readonly unknown[] {
    const services: unknown[] = [];
    for (let made = this.#last; made !== undefined; made = made.before) services.push(made.service);
    return services;
  }
}

function mayNeedDisposal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Promise || Symbol.asyncDispose in value || Symbol.dispose in value;
}

async function disposeAll(values: readonly unknown[], outcome: ScopeOutcome | undefined): Promise<void> {
  const failures: unknown[] = [];
  for (const value of values) {
    try {
      // The failure was reported to the caller.
      const made = await Promise.resolve(value).catch(() => undefined);
      await disposeOne(made as Disposable | null | undefined, outcome);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function disposeOne(value: Disposable | null | undefined, outcome: ScopeOutcome | undefined): Promise<void> {
  if (typeof value !== 'object' || value === null) return;
  if (value[Symbol.asyncDispose] !== undefined) await value[Symbol.asyncDispose]?.(outcome);
  else value[Symbol.dispose]?.(outcome);
}
