import type { RetryPolicy } from '../../kit/retry.js';
import type { CallSite } from '../errors/call-site.js';
import type { MessageClass, Upcasts } from '../message/message.js';
import type { StandardSchema, Typed } from '../message/schema.js';
import type { Dependencies } from '../ports/container.js';
import type { OnDead } from '../ports/inbox.js';

/** What a saga is declared with. */
export interface SagaOptions<In, S, T extends string> {
  /** What it remembers, as plain data. It is checked before it is kept, and when it is read. */
  readonly state: Typed<In, S>;
  /** The names of what it waits for by the clock. @defaultValue none */
  readonly timeouts?: readonly T[];
  /** What the state looks like. Raise it whenever states that are kept no longer fit, and add the step to `upcast`. @defaultValue 1 */
  readonly version?: number;
  /** By version, how a state of it becomes one of the next. @defaultValue none */
  readonly upcast?: Upcasts;
}

/** Which saga an event is for. */
export interface Correlation<E> {
  /** The key of its saga. It must always be the same for the same event. @defaultValue the id of the event's entity */
  readonly key?: (event: E) => string;
  /**
   * What becomes of an event that comes before its saga has begun: it waits with the saga's key, and is taken when the saga
   * begins; or nothing happens; or it is a dead letter. @defaultValue `wait`
   */
  readonly early?: 'wait' | 'ignore' | 'dead';
}

/** What a saga does on a message. */
export type SagaPart =
  | {
      readonly does: 'start' | 'step' | 'late';
      readonly event: MessageClass;
      readonly by: Correlation<never>;
      /** The function that was passed with the event. */
      readonly run: (...args: never[]) => unknown;
    }
  | {
      readonly does: 'timeout';
      readonly timeout: string;
      /** The function that was passed with the name of the timeout. */
      readonly run: (...args: never[]) => unknown;
    };

/** A process that waits for events and for the clock. What begins with `~` exists only in the types. */
export interface Saga<S = unknown, T extends string = string, Extra extends readonly unknown[] = readonly unknown[]> {
  readonly kind: 'saga';
  readonly name: string;
  readonly options: {
    readonly state: StandardSchema;
    readonly timeouts: readonly string[];
    readonly version: number;
    readonly upcast: Upcasts;
  };
  readonly parts: readonly SagaPart[];
  readonly dependencies: Dependencies | undefined;
  /** Where it is declared. */
  readonly site?: CallSite | undefined;
  /** What happens to a message whose step fails. */
  readonly failure: { readonly retry: RetryPolicy | undefined; readonly onDead: OnDead };
  readonly '~state'?: S;
  readonly '~timeout'?: T;
  readonly '~extra'?: Extra;
}
