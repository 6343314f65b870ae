import { MessageContext, type ContextOptions } from './context.js';
import { AnywiseError } from './errors.js';
import type { MessageServices, ServiceId } from './scope.js';
import type { Unit } from './unit.js';

/** What a frame needs of the bus. */
export interface FrameHost {
  /** Whether the bus, not the container, gives this service. */
  isProvided(id: ServiceId): boolean;
  /** Gives it. */
  provide(id: ServiceId, frame: Frame): unknown;
  openUnit(): Unit;
}

/** One message being handled: its context, and its view of the unit that it shares with what caused it. */
export class Frame extends MessageContext implements MessageServices {
  readonly host: FrameHost;
  readonly #caller: Frame | undefined;
  #unit: Unit | undefined;
  #open: Set<{ readonly what: string }> | undefined;

  constructor(host: FrameHost, options: ContextOptions, unit?: Unit, caller?: Frame) {
    super(options);
    this.host = host;
    this.#unit = unit;
    this.#caller = caller;
  }

  get unit(): Unit {
    return (this.#unit ??= this.#caller?.unit ?? this.host.openUnit());
  }

  resolve(id: ServiceId): unknown {
    return this.host.isProvided(id) ? this.provide(id) : this.unit.resolve(id, this);
  }

  provide(id: ServiceId): unknown {
    return this.host.provide(id, this);
  }

  /** Notes a call that this message's code made, until it settles. */
  track<T>(what: string, call: Promise<T>): Promise<T> {
    const open = (this.#open ??= new Set());
    const entry = { what };
    open.add(entry);
    const done = (): void => void open.delete(entry);
    call.then(done, done);
    return call;
  }

  /** @throws AnywiseError (`NOT_AWAITED`) where a call of this message's code still runs. */
  assertAwaited(place: string): void {
    if (this.#open === undefined || this.#open.size === 0) return;
    const calls = [...this.#open].map(({ what }) => `\`${what}\``).join(', ');
    throw new AnywiseError(
      'NOT_AWAITED',
      `The code at ${place} ended while ${calls} still ran. Put \`await\` before each send and publish.`,
    );
  }
}
