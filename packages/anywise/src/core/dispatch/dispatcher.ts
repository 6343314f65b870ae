import { Codec } from '../message/codec.js';
import {
  compileCommand,
  compileEvent,
  compileListener,
  type CompiledCommand,
  type CompiledEvent,
  type CompiledListener,
} from './compiled.js';
import type { ContextEntry, ContextKeyInfo, ContextOptions } from '../message/context.js';
import type { Contract } from '../message/contract.js';
import { Delivery } from './deliver.js';
import type { EnqueueOptions } from './enqueue-options.js';
import type { Envelope } from '../message/envelope.js';
import type { ListenerFailure } from '../errors/errors.js';
import { Frame, type FrameHost } from './frame.js';
import { inboxEntries } from '../delivery/intake.js';
import type { Logger } from '../ports/logger.js';
import type { LateSignal } from '../delivery/lazy-signal.js';
import { definitionOf, type AnyCommand, type Command, type Event } from '../message/message.js';
import { startLimit, untilAborted } from './deadline.js';
import { Outgoing } from './outgoing.js';
import type { Observers } from '../ports/observer.js';
import { Once } from './idempotency.js';
import { nestedKey, noHandler, noStoreForKey } from './refusals.js';
import type { ContainerAdapter, ServiceId } from '../ports/container.js';
import type { LimitedOptions, SendOptions } from './send-options.js';
import type { Claim, InboxEntry, Store } from '../ports/store.js';
import {
  sequential,
  throwFailures,
  type PublishStrategy,
  type ReadyListener,
  type SendStrategy,
} from './strategies.js';
import type { Unit } from './unit-of-work.js';
import { Units } from './work-in-hand.js';
import type { Wiring } from '../registry/wiring.js';

export interface DispatchOptions {
  /** The service's name. */
  readonly name: string;
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
  readonly travelling: readonly ContextKeyInfo[];
  readonly container: ContainerAdapter | undefined;
  readonly store: Store | undefined;
  /** Whether published events leave the process. */
  readonly hasTransport: boolean;
  readonly sender: SendStrategy | undefined;
  readonly publisher: PublishStrategy;
  readonly isProvided: (id: ServiceId) => boolean;
  /** Makes the bus that belongs to one message. */
  readonly bindBus: (frame: Frame) => unknown;
  readonly busId: ServiceId;
  readonly logger: Logger;
  readonly observers: Observers;
}

/** Brings messages to their code. Everything that depends on the type of a message only is compiled once. */
export class Dispatcher implements FrameHost {
  readonly codec: Codec;
  readonly #options: DispatchOptions;
  readonly #commands = new Map<unknown, CompiledCommand>();
  readonly #events = new Map<unknown, CompiledEvent>();
  readonly #once: Once | undefined;
  readonly #units: Units;
  readonly #outgoing: Outgoing;
  readonly #delivery: Delivery;

  constructor(options: DispatchOptions) {
    const { name, contracts, travelling, store, hasTransport, wiring } = options;
    this.#options = options;
    this.codec = new Codec(contracts, travelling);
    this.#once = store === undefined ? undefined : new Once(store);
    this.#units = new Units(options);
    const listeners = new Map<string, CompiledListener>();
    for (const listener of wiring.listeners) listeners.set(listener.name, compileListener(listener));
    for (const { message } of wiring.handlers) {
      const handler = wiring.handlerOf(message);
      if (handler === undefined) continue;
      const compiled = compileCommand(handler, options);
      this.#commands.set(message, compiled);
      listeners.set(message.type, { name: message.type, run: compiled.run, call: compiled.run, needsUnit: true });
    }
    this.#outgoing = new Outgoing({
      source: `/${name}`,
      codec: this.codec,
      host: this,
      durable: store !== undefined,
      hasTransport,
      handles: (type) => listeners.has(type),
      observers: options.observers,
    });
    this.#delivery = new Delivery({
      service: name,
      codec: this.codec,
      host: this,
      units: this.#units,
      listeners,
      listenersOf: this.listenersOfType,
    });
  }

  isProvided(id: ServiceId): boolean {
    return this.#options.isProvided(id);
  }

  provide(id: ServiceId, frame: Frame): unknown {
    return id === this.#options.busId ? this.#options.bindBus(frame) : frame.unit.handle(id);
  }

  openUnit(readOnly = false): Unit {
    return this.#units.open(readOnly);
  }

  send(command: Command, options: SendOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const compiled = this.#commands.get(command.constructor);
    if (compiled === undefined) return Promise.reject(noHandler(command));
    // What is sent most, and shall cost least: a command from outside, alone, whose code needs nothing of the bus.
    if (options === undefined && caller === undefined && !compiled.needsUnit) {
      return compiled.run(command, new Frame(this, noOptions));
    }
    if (options?.timeoutMs !== undefined || options?.signal !== undefined) {
      return this.#sendLimited(command, compiled, options, caller);
    }
    return this.#send(command, compiled, options, caller);
  }

  async #sendLimited(
    command: Command,
    compiled: CompiledCommand,
    options: SendOptions,
    caller: Frame | undefined,
  ): Promise<unknown> {
    const limit = startLimit(command.type, options);
    try {
      const { signal, deadline } = limit;
      const reply = this.#send(command, compiled, { ...options, signal, deadline }, caller);
      // A unit of its own is let go where it runs, as only there is known whether its commit has begun.
      const ownsUnit = caller === undefined && (compiled.needsUnit || options.idempotencyKey !== undefined);
      return await (ownsUnit ? reply : untilAborted(reply, signal));
    } finally {
      limit.clear();
    }
  }

  #send(
    command: Command,
    compiled: CompiledCommand,
    options: LimitedOptions | undefined,
    caller: Frame | undefined,
  ): Promise<unknown> {
    if (caller !== undefined) {
      if (options?.idempotencyKey !== undefined) return Promise.reject(nestedKey(command));
      return compiled.run(command, new Frame(this, contextOptions(options, caller), undefined, caller));
    }
    // A query has no effects that a key could keep from happening twice.
    if (options?.idempotencyKey !== undefined && !compiled.readOnly) {
      return this.#sendOnce(command, compiled, options, options.idempotencyKey);
    }
    if (!compiled.needsUnit) return compiled.run(command, new Frame(this, contextOptions(options, undefined)));
    return this.#sendInUnit(command, compiled, options);
  }

  publish(event: Event, caller: Frame | undefined): Promise<unknown> {
    const compiled = this.#compiledEvent(event);
    if (caller === undefined && compiled.needsUnit) {
      return this.#units.run(this.openUnit(), async (unit) => {
        await this.#publishIn(event, compiled, undefined, unit);
        return {};
      });
    }
    if (compiled.isEmitted || this.#options.observers.any) return this.#publishIn(event, compiled, caller, undefined);
    const options: ContextOptions = { event, parent: caller, frozen: true };
    return this.#runInside(event, compiled, new Frame(this, options, undefined, caller), options);
  }

  /** Listeners may run at once, so each that can call the bus gets a frame of its own: calls are told apart by it. */
  #runInside(event: Event, { inside }: CompiledEvent, frame: Frame, options: ContextOptions): Promise<void> {
    const { publisher } = this.#options;
    const [first] = inside;
    if (first !== undefined && inside.length === 1 && publisher === sequential) return runOnly(event, first, frame);
    if (publisher === sequential) return inTurn(event, inside, frame);
    const listeners = inside.map(({ name, run, needsUnit }): ReadyListener => {
      const own = needsUnit ? frame.sibling(options) : frame;
      return { name, run: () => run(event, own) };
    });
    return publisher(event, frame, listeners);
  }

  /** Puts a command into the outbox or the inbox, and gives its id. */
  async enqueue(command: AnyCommand, options: EnqueueOptions, caller: Frame | undefined): Promise<string> {
    if (caller !== undefined) return this.#outgoing.enqueue(command, options, caller, caller.unit);
    return this.transaction(async ({ unit }) => this.#outgoing.enqueue(command, options, undefined, unit));
  }

  /** Takes back a command that waits for its time; `false` where it does not any more. */
  async cancel(id: string, caller: Frame | undefined): Promise<boolean> {
    if (caller !== undefined) return caller.unit.cancel(id);
    return this.transaction(async ({ unit }) => unit.cancel(id));
  }

  /** Runs work in a unit of its own, which commits when it is done. */
  async transaction<T>(work: (frame: Frame) => Promise<T>, entries?: readonly ContextEntry[]): Promise<T> {
    const results: T[] = [];
    await this.#units.run(this.openUnit(), async (unit) => {
      const frame = new Frame(this, { entries }, unit);
      results.push(await work(frame));
      frame.assertAwaited('`transaction`', undefined);
      return {};
    });
    return results[0] as T;
  }

  /** Runs the listener or handler of a claimed message; its effects, its messages and its end commit together. */
  deliver(claim: Claim, end: LateSignal): Promise<void> {
    return this.#delivery.deliver(claim, end);
  }

  /**
   * The names under which the inbox knows those here that a message is for: the listeners of an event, those inside
   * `publish` left out, or the handler of a command.
   */
  readonly listenersOfType = (type: string): readonly string[] => {
    const message = this.codec.classOf(type);
    if (message === undefined) return [];
    if (message.kind === 'event') return this.#compiledEventOf(message).afterwards;
    return this.#commands.has(message) ? [type] : [];
  };

  /** What a command from the outbox becomes in the inbox; `undefined` for what is not handled here. */
  readonly entriesHere = (envelope: Envelope): readonly InboxEntry[] | undefined => {
    if (envelope.kind !== 'command') return undefined;
    const names = this.listenersOfType(envelope.type);
    return names.length === 0 ? undefined : inboxEntries(envelope, names);
  };

  /** Resolves when no message is being handled any more, or after `timeoutMs`. */
  untilIdle(timeoutMs: number): Promise<void> {
    return this.#units.untilIdle(timeoutMs);
  }

  /** Takes back what every message in hand has written, and refuses further ones: time is up. */
  abandon(): Promise<void> {
    return this.#units.abandon();
  }

  #compiledEvent(event: Event): CompiledEvent {
    return this.#compiledEventOf(definitionOf(event));
  }

  #compiledEventOf(message: ReturnType<typeof definitionOf>): CompiledEvent {
    const known = this.#events.get(message);
    if (known !== undefined) return known;
    const { store, hasTransport, wiring } = this.#options;
    const compiled = compileEvent(wiring.listenersOf(message), { durable: store !== undefined, hasTransport });
    this.#events.set(message, compiled);
    return compiled;
  }

  async #publishIn(
    event: Event,
    compiled: CompiledEvent,
    caller: Frame | undefined,
    unit: Unit | undefined,
  ): Promise<void> {
    const options: ContextOptions = { event, parent: caller, frozen: true };
    const frame = new Frame(this, options, unit, caller);
    if (compiled.inside.length > 0) await this.#runInside(event, compiled, frame, options);
    if (compiled.isEmitted) this.#outgoing.emit(event, compiled.afterwards, frame);
    if (this.#options.observers.any) this.#observe(event, frame, caller ?? unit);
  }

  /** An event that is part of something larger is published when that is committed. */
  #observe(event: Event, frame: Frame, isPart: object | undefined): void {
    const { observers } = this.#options;
    if (isPart === undefined) observers.published(event);
    else frame.unit.afterCommit(() => observers.published(event));
  }

  async #sendInUnit(
    command: Command,
    compiled: CompiledCommand,
    options: LimitedOptions | undefined,
  ): Promise<unknown> {
    const unit = this.openUnit(compiled.readOnly);
    if (options?.signal !== undefined) return this.#sendInUnitLimited(command, compiled, options, unit);
    this.#units.take(unit);
    try {
      const reply = await compiled.run(command, new Frame(this, contextOptions(options, undefined), unit));
      const committed = unit.commit();
      // Without a completion there is no race that the commit could lose.
      if (committed !== true) await committed;
      return reply;
    } catch (error) {
      await this.#units.rollback(unit);
      throw error;
    } finally {
      const ending = this.#units.letGo(unit);
      if (ending !== undefined) await ending;
    }
  }

  async #sendInUnitLimited(
    command: Command,
    compiled: CompiledCommand,
    options: LimitedOptions,
    unit: Unit,
  ): Promise<unknown> {
    let reply: unknown;
    await this.#units.run(
      unit,
      async () => {
        reply = await compiled.run(command, new Frame(this, contextOptions(options, undefined), unit));
        return {};
      },
      options.signal,
    );
    return reply;
  }

  async #sendOnce(command: Command, compiled: CompiledCommand, options: LimitedOptions, key: string): Promise<unknown> {
    if (this.#once === undefined) throw noStoreForKey(command);
    return this.#once.send(command, key, async (completion) => {
      let reply: unknown;
      const committed = await this.#units.run(
        this.openUnit(),
        async (unit) => {
          reply = await compiled.run(command, new Frame(this, contextOptions(options, undefined), unit));
          return completion(reply);
        },
        options.signal,
      );
      return { committed, reply };
    });
  }
}

const noOptions: ContextOptions = {};

function contextOptions(options: LimitedOptions | undefined, parent: Frame | undefined): ContextOptions {
  if (options === undefined && parent === undefined) return noOptions;
  return { entries: options?.context, signal: options?.signal, deadline: options?.deadline, parent };
}

/** What `sequential` does with a single listener, without a function that is resumed. */
function runOnly(event: Event, listener: CompiledListener, frame: Frame): Promise<void> {
  return listener.run(event, frame).then(nothing, (error: unknown) => {
    throwFailures(event, [listener], [{ listener: listener.name, error }]);
  });
}

function nothing(): void {
  // What a listener returns is nobody's business.
}

/** What `sequential` does, without making a closure for each listener of each event. */
async function inTurn(event: Event, listeners: readonly CompiledListener[], frame: Frame): Promise<void> {
  let failures: ListenerFailure[] | undefined;
  // By index: an iterator would be kept, and closed, across each `await`.
  for (let at = 0, listener = listeners[0]; listener !== undefined; listener = listeners[++at]) {
    try {
      await listener.call(event, frame);
    } catch (error) {
      (failures ??= []).push({ listener: listener.name, error });
    }
  }
  if (failures !== undefined) throwFailures(event, listeners, failures);
}
