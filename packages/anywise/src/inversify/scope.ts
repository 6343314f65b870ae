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

/** The services created for one message, in order of creation. */
export class MessageScope implements Scope {
  readonly #maker: Maker;
  #made: Map<ServiceIdentifier, unknown> | undefined;

  constructor(maker: Maker) {
    this.#maker = maker;
  }

  resolve<T>(id: ServiceId<T>, services: MessageServices): T | Promise<T> {
    return this.#maker.make(id, { scope: this, services }) as T | Promise<T>;
  }

  /** Creates a service the first time, and returns the same one from then on. */
  once(id: ServiceIdentifier, make: () => unknown): unknown {
    const made = (this.#made ??= new Map());
    if (made.has(id)) return made.get(id);
    const value = make();
    made.set(id, value);
    return value;
  }

  dispose(outcome?: ScopeOutcome): void | Promise<void> {
    if (this.#made === undefined) return;
    for (const value of this.#made.values()) {
      if (mayNeedDisposal(value)) return disposeAll([...this.#made.values()].reverse(), outcome);
    }
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
