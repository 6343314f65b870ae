import type { Target } from './definitions.js';
import type { Wiring } from './wiring.js';

/** Something that is wired to a message, and where it stands in the code. */
export interface Wired {
  readonly place: string;
}

/** A listener that is wired to an event. */
export interface WiredListener extends Wired {
  readonly name: string;
}

/** Tells what is wired to a message, in the order in which it runs. */
export class Inspection {
  readonly #wiring: Wiring;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** The handler of a command or query, if one is registered here. */
  handler(message: Target): Wired | undefined {
    const handler = this.#wiring.handlerOf(message);
    return handler === undefined ? undefined : { place: handler.place };
  }

  /** The listeners of an event. */
  listeners(event: Target): readonly WiredListener[] {
    return this.#wiring.listenersOf(event).map(({ name, place }) => ({ name, place }));
  }

  /** The guards of a command or query, outermost first. */
  guards(message: Target): readonly Wired[] {
    return this.#wiring.guardsOf(message).map(({ place }) => ({ place }));
  }
}
