import { MessageContext, type ContextEntry, type ContextOptions } from '../message/context.js';
import { AnywiseError } from '../errors/errors.js';
import type { MessageServices, ServiceId } from '../ports/container.js';
import type { NextLimit } from '../registry/definitions.js';
import type { Part, UnitOfWork } from './unit-of-work.js';

/** What a frame needs from the bus. */
export interface FrameHost {
  /** Whether the bus, not the container, gives this service. */
  isProvided(id: ServiceId): boolean;
  provide(id: ServiceId, frame: Frame): unknown;
  openUnit(): UnitOfWork;
}

/** A send or publish made by a message's code. */
export interface Call {
  readonly what: string;
  readonly result: Promise<unknown>;
}

/** What its code says that it publishes. */
export interface Declared {
  readonly types: ReadonlySet<string>;
  /** Where the code is registered. */
  readonly place: string;
}

/** One message being handled: its context, and its view of the unit that it shares with what caused it. */
export class Frame extends MessageContext implements MessageServices {
  // Declared only, like those of the context: one is made for each message.
  declare readonly host: FrameHost;
  declare private readonly caller: Frame | undefined;
  declare private ownUnit: UnitOfWork | undefined;
  /** Set once its code is given the bus. */
  declare private calls: Set<Call> | undefined;
  /** The innermost part of the unit of work in which its code runs, unless it is the caller's. */
  declare private part: Part | undefined;
  /** Runs instead of the handler, within its guards, and may run it. */
  declare aroundHandler: ((handler: () => Promise<unknown>) => Promise<unknown>) | undefined;

  /** Absent if its code does not say. */
  declare declared: Declared | undefined;

  constructor(host: FrameHost, options: ContextOptions, unit?: UnitOfWork, caller?: Frame) {
    super(options);
    this.host = host;
    this.caller = caller;
    this.ownUnit = unit;
    this.calls = undefined;
    this.part = undefined;
    this.aroundHandler = undefined;
    this.declared = undefined;
  }

  get unit(): UnitOfWork {
    return (this.ownUnit ??= this.caller?.unit ?? this.host.openUnit());
  }

  /** Another view of the same message, for code that runs at the same time. */
  sibling(options: ContextOptions): Frame {
    return new Frame(this.host, options, this.ownUnit, this.caller);
  }

  /** The same message, for code that has less time. */
  within(limit: NextLimit): Frame {
    const view = new Frame(this.host, this.limitedBy(limit), this.ownUnit, this.caller);
    view.part = this.part;
    view.aroundHandler = this.aroundHandler;
    return view;
  }

  /** The same message, for a part of its code that gives what it causes further values. */
  withValues(entries: readonly ContextEntry[]): Frame {
    const view = new Frame(this.host, { ...this.limitedBy({}), entries }, this.ownUnit, this.caller);
    view.part = this.part;
    return view;
  }

  /** The same message, for code that says what it publishes. */
  declaring(declared: Declared): Frame {
    const view = new Frame(this.host, this.limitedBy({}), this.ownUnit, this.caller);
    view.part = this.part;
    view.declared = declared;
    return view;
  }

  /** Tracks work that a guard may give up before it ends. */
  mayOutlive<T>(work: Promise<T>): Promise<T> {
    (this.ownUnit ?? this.caller?.unit)?.mayOutlive(work);
    return work;
  }

  resolve(id: ServiceId): unknown {
    return this.host.isProvided(id) ? this.provide(id) : this.unit.resolve(id, this);
  }

  provide(id: ServiceId): unknown {
    this.calls ??= new Set();
    return this.host.provide(id, this);
  }

  /** Runs a part of this message's work. If it fails, its writes are undone, and the rest continues. */
  async nested<T>(work: () => Promise<T>): Promise<T> {
    const own = this.part;
    const part = this.unit.beginPart(this.innermostPart);
    if (part === undefined) return work();
    this.part = part;
    try {
      const result = await work();
      await this.unit.endPart(part);
      return result;
    } catch (error) {
      await this.unit.undoPart(part, error);
      throw error;
    } finally {
      this.part = own;
    }
  }

  private get innermostPart(): Part | undefined {
    return this.part ?? this.caller?.innermostPart;
  }

  /** Whether this message's code can call the bus: only code that was given the bus can. */
  get mayCall(): boolean {
    return this.calls !== undefined;
  }

  /** The pending calls of this message's code. A snapshot from before code runs tells that code's calls from others. */
  callsInHand(): ReadonlySet<Call> | undefined {
    return this.calls === undefined || this.calls.size === 0 ? undefined : new Set(this.calls);
  }

  /** Tracks a call by this message's code until it settles. The caller gets the returned promise. */
  track<T>(what: string, running: Promise<T>): Promise<T> {
    const calls = (this.calls ??= new Set());
    const result = running.finally(() => calls.delete(call));
    const call: Call = { what, result };
    calls.add(call);
    return result;
  }

  /** @throws AnywiseError (`NOT_AWAITED`) if a call made since `before` is still running. */
  assertAwaited(place: string, before: ReadonlySet<Call> | undefined): void {
    if (this.calls === undefined || this.calls.size === 0) return;
    const left = [...this.calls].filter((call) => before?.has(call) !== true);
    if (left.length === 0) return;
    // These have no other observer: this error alone reports how they end.
    for (const { result } of left) result.catch(() => undefined);
    const names = left.map(({ what }) => `\`${what}\``).join(', ');
    throw new AnywiseError(
      'NOT_AWAITED',
      `The code at ${place} ended while ${names} still ran. Put \`await\` before each send and publish.`,
    );
  }
}
