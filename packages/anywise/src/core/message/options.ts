import type { DomainErrorClass } from './domain-error.js';
import type { AbstractClass, Upcasts } from './message.js';
import type { Typed } from './schema.js';

/** Options of `command` and `query`. */
export interface CommandOptions<In, Out, Reply, Base, Errors extends DomainErrorClass> {
  /** An abstract class that groups commands, for guards and handlers. Its own fields must be in `data`. @defaultValue none */
  readonly base?: AbstractClass<Base>;
  /** The data, any Standard Schema. Its output must be valid input again: dates stay text. @defaultValue no data */
  readonly data?: Typed<In, Out>;
  /** The reply, any Standard Schema of JSON values. @defaultValue no reply */
  readonly reply?: Typed<unknown, Reply> | Typed<never, Reply>;
  /** The domain errors that its handler may throw, typed for the sender. @defaultValue none */
  readonly errors?: readonly Errors[];
  /** Raise it with each breaking change of `data`, and add the step to `upcast`. @defaultValue 1 */
  readonly version?: number;
  /**
   * For each old version, a function that turns its data into that of the next: enqueued commands may wait for a newer
   * deployment. Stored messages are never rewritten. @defaultValue none
   */
  readonly upcast?: Upcasts;
  /** One sentence for generated documentation. @defaultValue none */
  readonly summary?: string;
}

/** Options of `event`. */
export interface EventOptions<In, Out, Base> {
  /** The data, any Standard Schema of JSON values. Its output must be valid input again: dates stay text. */
  readonly data: Typed<In, Out>;
  /** Returns the id of the entity that it happened to: events of one entity are handled in order. */
  readonly entityId: (data: Out) => string;
  /** An abstract class that groups events, for listeners. Its own fields must be in `data`. @defaultValue none */
  readonly base?: AbstractClass<Base>;
  /** Raise it with each breaking change of `data`, and add the step to `upcast`. @defaultValue 1 */
  readonly version?: number;
  /**
   * For each old version, a function that turns its data into that of the next. Stored messages are never rewritten.
   * @defaultValue none
   */
  readonly upcast?: Upcasts;
  /** One sentence for generated documentation. @defaultValue none */
  readonly summary?: string;
}
