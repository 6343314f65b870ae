import type { BusDescription } from '../core/bus/inspect.js';

/** What code of a service does with a message. */
export interface MadeMessage {
  /** The wire name. */
  readonly type: string;
  readonly deed: 'publishes' | 'enqueues' | 'sends';
  /** Where, such as `src/place-order/handler.ts:16`. */
  readonly place?: string;
}

interface Making {
  readonly description: BusDescription;
  readonly made?: readonly MadeMessage[];
}

/**
 * What a service makes: what was found in its code, and the events that its handlers and listeners say they publish, where no
 * such code was found.
 */
export function allMade({ description, made = [] }: Making): readonly MadeMessage[] {
  const found = new Set(made.filter(({ deed }) => deed === 'publishes').map(({ type }) => type));
  const wired = description.messages.flatMap(({ handler, listeners }) => [...(handler ? [handler] : []), ...listeners]);
  const declared = wired.flatMap(({ place, publishes = [] }) =>
    publishes.filter((type) => !found.has(type)).map((type): MadeMessage => ({ type, deed: 'publishes', place })),
  );
  return [...made, ...declared];
}
