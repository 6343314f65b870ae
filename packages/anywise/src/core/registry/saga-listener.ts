import { command } from '../message/declare.js';
import { definitionOf, type Event, type MessageClass } from '../message/message.js';
import { type as ofType } from '../message/schema.js';
import type { Dependencies } from '../ports/container.js';
import type { Saga } from '../sagas/declaration.js';
import { SagaTaker, type TimeoutMessage } from '../sagas/taker.js';
import { defaultListenerOptions, type ListenerOptions } from './definitions.js';

type Injections = Readonly<Record<string, unknown>>;

/** No name that a user would give to a dependency. */
const takerName = '~sagas';

/** The events that a saga is about, each once. */
export function eventsOf({ parts }: Saga): readonly MessageClass[] {
  return [...new Map(parts.flatMap((part) => ('event' in part ? [[part.event.type, part.event]] : []))).values()];
}

/** How the messages of a saga are handled: like those of a listener with its name. */
export function listenerOptionsOf({ name, failure }: Saga): ListenerOptions {
  return { ...defaultListenerOptions, name, ...failure };
}

/** The code that takes the events of a saga, and its timeouts. */
export function codeOf(saga: Saga): {
  readonly run: (message: object, context: unknown, injected: Injections) => Promise<void>;
  readonly dependencies: Dependencies;
} {
  return {
    dependencies: { ...saga.dependencies, [takerName]: SagaTaker },
    run: async (message, _context, injected) => {
      const taker = injected[takerName] as SagaTaker;
      const extra = saga.dependencies === undefined ? [] : [injected];
      if (definitionOf(message).kind === 'event') await taker.takeEvent(saga, message as Event, extra);
      else await taker.takeTimeout(saga, message as TimeoutMessage, extra);
    },
  };
}

/** The scheduled message that brings a timeout. It has the name of the saga, and stays in this service. */
export function timeoutClassOf({ name }: Saga): MessageClass {
  return class Timeout extends command(name, { data: ofType<TimeoutMessage>() }) {} as unknown as MessageClass;
}
