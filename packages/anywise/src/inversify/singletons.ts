import type { ServiceIdentifier } from 'inversify';

/** What is used of a binding of Inversify: what makes its service, and for how long. */
export interface MutableBinding {
  readonly type: string;
  scope?: string;
  /** Of a dynamic value, what makes it. */
  value?: unknown;
  factory?: unknown;
  onActivation?: unknown;
}

type Make = (...args: unknown[]) => unknown;

/**
 * Knows which singleton is being made. Code that makes one may ask the container for whatever it likes, which no plan shows;
 * a service of one message must not be among it.
 */
export class Singletons {
  #beingMade: string | undefined;
  readonly #watched = new WeakSet<object>();

  /** The name of the singleton that is being made now; `undefined` if none is. */
  get beingMade(): string | undefined {
    return this.#beingMade;
  }

  /** Watches the code that makes a service, if it is a singleton. A binding that is watched already stays as it is. */
  watch(name: string, binding: MutableBinding): void {
    if (binding.scope !== 'Singleton' || this.#watched.has(binding)) return;
    this.#watched.add(binding);
    const { type, value, factory, onActivation } = binding;
    if (type === 'DynamicValue') binding.value = this.#noting(name, value);
    if (factory !== undefined) binding.factory = this.#noting(name, factory);
    if (onActivation !== undefined) binding.onActivation = this.#noting(name, onActivation);
  }

  #noting(name: string, make: unknown): Make {
    return (...args) => {
      const outer = this.#beingMade;
      this.#beingMade = name;
      try {
        return (make as Make)(...args);
      } finally {
        this.#beingMade = outer;
      }
    };
  }
}

/** The name of what a container knows a service by, for error messages. */
export function nameOf(id: ServiceIdentifier): string {
  return typeof id === 'function' ? id.name : typeof id === 'symbol' ? (id.description ?? 'a token') : id;
}
