import { Codec, encodeEvent } from './codec.js';
import {
  compileCommand,
  compileEvent,
  compileListener,
  type CompiledCommand,
  type CompiledEvent,
  type CompiledListener,
} from './compiled.js';
import type { ContextKeyInfo, ContextOptions } from './context.js';
import type { Contract } from './contract.js';
import { parseEnvelope } from './envelope.js';
import { AnywiseError, type ListenerFailure } from './errors.js';
import { Frame, type FrameHost } from './frame.js';
import { InHandList } from './in-hand.js';
import { inboxEntries } from './intake.js';
import type { Logger } from './logger.js';
import { definitionOf, type Command, type Event } from './message.js';
import { startLimit, untilAborted } from './limit.js';
import type { Observers } from './observer.js';
import { Once } from './once.js';
import { nestedKey, noHandler, noStoreForKey, stoppedBefore, unknownEvent } from './refusals.js';
import type { ContainerAdapter, ServiceId } from './scope.js';
import type { LimitedOptions, SendOptions } from './send-options.js';
import type { Claim, Store } from './store.js';
import {
  sequential,
  throwFailures,
  type PublishStrategy,
  type ReadyListener,
  type SendStrategy,
} from './strategies.js';
import { Unit, type Completion } from './unit.js';
import type { Wiring } from './wiring.js';

export interface DispatchOptions {
  readonly source: string;
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

const cannotDispose = 'A service of a message could not be disposed';
const cannotRollBack = 'A transaction could not be rolled back';

/** Brings messages to their code. Everything that depends on the type of a message only is compiled once. */
export class Dispatcher implements FrameHost {
  readonly codec: Codec;
  readonly #options: DispatchOptions;
  readonly #commands = new Map<unknown, CompiledCommand>();
  readonly #events = new Map<unknown, CompiledEvent>();
  readonly #listeners = new Map<string, CompiledListener>();
  readonly #once: Once | undefined;
  readonly #unitsInHand = new InHandList<Unit>();
  #isClosed = false;
  #idle: (() => void) | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.codec = new Codec(options.contracts, options.travelling);
    this.#once = options.store === undefined ? undefined : new Once(options.store);
    for (const { message } of options.wiring.handlers) {
      const handler = options.wiring.handlerOf(message);
      if (handler !== undefined) this.#commands.set(message, compileCommand(handler, options));
    }
    for (const listener of options.wiring.listeners) this.#listeners.set(listener.name, compileListener(listener));
  }

  isProvided(id: ServiceId): boolean {
    return this.#options.isProvided(id);
  }

  provide(id: ServiceId, frame: Frame): unknown {
    return id === this.#options.busId ? this.#options.bindBus(frame) : frame.unit.handle(id);
  }

  openUnit(readOnly = false): Unit {
    const { container, store } = this.#options;
    return new Unit({ container, store, readOnly });
  }

  send(command: Command, options: SendOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const compiled = this.#commands.get(command.constructor);
    if (compiled === undefined) return Promise.reject(noHandler(command));
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
      return this.#inUnit(this.openUnit(), async (unit) => {
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
    if (publisher === sequential) return inTurn(event, inside, frame);
    const listeners = inside.map(({ name, run, needsUnit }): ReadyListener => {
      const own = needsUnit ? frame.sibling(options) : frame;
      return { name, run: () => run(event, own) };
    });
    return publisher(event, frame, listeners);
  }

  /** Runs the listener of a claimed message; its effects, its events and its end commit together. */
  async deliver(claim: Claim, signal: AbortSignal): Promise<void> {
    const listener = this.#listeners.get(claim.listener);
    if (listener === undefined)
      throw new AnywiseError('NO_HANDLER', `No listener here is called \`${claim.listener}\`.`);
    const envelope = parseEnvelope(claim.json);
    const event = this.codec.decodeEvent(envelope);
    const context: ContextOptions = {
      event,
      entries: this.codec.entriesOf(envelope),
      correlationId: envelope.correlationid,
      causationId: envelope.causationid,
      signal,
      attempt: claim.attempt,
      idempotencyKey: `${claim.listener}:${claim.id}`,
      frozen: true,
    };
    const committed = await this.#inUnit(this.openUnit(), async (unit) => {
      await listener.run(event, new Frame(this, context, unit));
      return { claim };
    });
    if (!committed) {
      throw new AnywiseError(
        'LEASE_LOST',
        `\`${claim.listener}\` lost its lease of ${claim.id}; its effects were rolled back.`,
      );
    }
  }

  /** The names of the listeners that an event type is for, those inside `publish` left out. */
  readonly listenersOfType = (type: string): readonly string[] => {
    const message = this.codec.classOf(type);
    return message === undefined ? [] : this.#compiledEventOf(message).afterwards;
  };

  /** Resolves when no message sent from outside is being handled any more, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    if (this.#unitsInHand.isEmpty) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Takes back what every message in hand has written, and refuses further ones: time is up. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    const undo = [...this.#unitsInHand].map((unit) =>
      this.#quietly(cannotRollBack, () => unit.abandon(stoppedBefore())),
    );
    await Promise.all(undo);
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
    if (compiled.isEmitted) this.#emit(event, compiled.afterwards, frame);
    if (this.#options.observers.any) this.#observe(event, frame, caller ?? unit);
  }

  /** An event that is part of something larger is published when that is committed. */
  #observe(event: Event, frame: Frame, isPart: object | undefined): void {
    const { observers } = this.#options;
    if (isPart === undefined) observers.published(event);
    else frame.unit.afterCommit(() => observers.published(event));
  }

  #emit(event: Event, listeners: readonly string[], frame: Frame): void {
    if (!this.codec.knows(event.type)) throw unknownEvent(event);
    const envelope = encodeEvent(event, frame, this.#options.source);
    frame.unit.emit(this.#options.hasTransport ? [envelope] : [], inboxEntries(envelope, listeners));
  }

  async #sendInUnit(
    command: Command,
    compiled: CompiledCommand,
    options: LimitedOptions | undefined,
  ): Promise<unknown> {
    const unit = this.openUnit(compiled.readOnly);
    if (options?.signal !== undefined) return this.#sendInUnitLimited(command, compiled, options, unit);
    this.#take(unit);
    try {
      const reply = await compiled.run(command, new Frame(this, contextOptions(options, undefined), unit));
      const committed = unit.commit();
      // Without a completion there is no race that the commit could lose.
      if (committed !== true) await committed;
      return reply;
    } catch (error) {
      await this.#quietly(cannotRollBack, () => unit.rollback());
      throw error;
    } finally {
      const ending = this.#letGo(unit);
      if (ending !== undefined) await ending;
    }
  }

  #take(unit: Unit): void {
    if (this.#isClosed) throw stoppedBefore();
    this.#unitsInHand.add(unit);
  }

  /** A promise only where something has to be disposed. */
  #letGo(unit: Unit): Promise<void> | undefined {
    try {
      const ending = unit.end();
      if (ending !== undefined) return this.#quietly(cannotDispose, () => ending).finally(() => this.#gone(unit));
    } catch (error) {
      this.#options.logger.error({ err: error }, cannotDispose);
    }
    this.#gone(unit);
    return undefined;
  }

  #gone(unit: Unit): void {
    this.#unitsInHand.delete(unit);
    if (this.#unitsInHand.isEmpty) this.#idle?.();
  }

  async #sendInUnitLimited(
    command: Command,
    compiled: CompiledCommand,
    options: LimitedOptions,
    unit: Unit,
  ): Promise<unknown> {
    let reply: unknown;
    await this.#inUnit(
      unit,
      async () => {
        reply = await compiled.run(command, new Frame(this, contextOptions(options, undefined), unit));
        return {};
      },
      options.signal,
    );
    return reply;
  }

  /** Runs work in a unit and commits it; `false` where the completion lost and everything was rolled back. */
  async #inUnit(unit: Unit, work: (unit: Unit) => Promise<Completion>, signal?: AbortSignal): Promise<boolean> {
    this.#take(unit);
    try {
      const outcome = commit(unit, work);
      if (signal === undefined) return await outcome;
      return await untilAborted(outcome, signal, () => unit.abandon(signal.reason as Error));
    } catch (error) {
      await this.#quietly(cannotRollBack, () => unit.rollback());
      throw error;
    } finally {
      await this.#letGo(unit);
    }
  }

  /** The outcome is decided by then: telling the caller of this failure instead would be wrong. */
  async #quietly(failure: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.logger.error({ err: error }, failure);
    }
  }

  async #sendOnce(command: Command, compiled: CompiledCommand, options: LimitedOptions, key: string): Promise<unknown> {
    if (this.#once === undefined) throw noStoreForKey(command);
    return this.#once.send(command, key, async (completion) => {
      let reply: unknown;
      const committed = await this.#inUnit(
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

/** What `sequential` does, without making a closure for each listener of each event. */
async function inTurn(event: Event, listeners: readonly CompiledListener[], frame: Frame): Promise<void> {
  let failures: ListenerFailure[] | undefined;
  for (const { name, run } of listeners) {
    try {
      await run(event, frame);
    } catch (error) {
      (failures ??= []).push({ listener: name, error });
    }
  }
  if (failures !== undefined) throwFailures(event, listeners, failures);
}

/** Runs work and commits it; `false` where the completion lost and everything was rolled back. */
async function commit(unit: Unit, work: (unit: Unit) => Promise<Completion>): Promise<boolean> {
  const committed = await unit.commit(await work(unit));
  if (!committed) await unit.rollback();
  return committed;
}
