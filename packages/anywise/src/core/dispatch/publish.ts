import { AnywiseError, SetupError, type ListenerFailure } from '../errors/errors.js';
import { optionProblems, type OptionChecks } from '../errors/options.js';
import { inboxEntries } from '../delivery/intake.js';
import { encodeEvent, type Codec } from '../message/codec.js';
import { entriesCheck, type ContextEntry, type ContextOptions } from '../message/context.js';
import { writeEnvelope, type WrittenEnvelope } from '../message/envelope.js';
import type { AnyCommand, Event } from '../message/message.js';
import { withTrace, type Instruments } from '../ports/instrumentation.js';
import type { Observers } from '../ports/observer.js';
import type { CompiledEvent, CompiledListener } from './compile.js';
import { Frame, type Declared, type FrameHost } from './frame.js';
import type { RoutingTable } from './routing-table.js';
import { sequential, throwFailures, type PublishStrategy, type ReadyListener } from './strategies.js';
import { nothingElse, type UnitOfWork } from './unit-of-work.js';
import type { WorkInHand } from './work-in-hand.js';

/** What `publish` takes besides the event. */
export interface PublishOptions {
  /**
   * Values for the context of its listeners: `[CurrentUser(user)]`. To listeners that run after the commit, only those of keys
   * with a header travel. @defaultValue those of the message whose code publishes
   */
  readonly context?: readonly ContextEntry[];
}

const publishChecks: OptionChecks<PublishOptions> = { context: entriesCheck };

export interface PublisherOptions {
  readonly source: string;
  readonly host: FrameHost;
  readonly routes: RoutingTable;
  readonly codec: Codec;
  readonly work: WorkInHand;
  readonly strategy: PublishStrategy;
  readonly hasTransport: boolean;
  readonly maxMessageBytes: number;
  readonly observers: Observers;
  readonly instruments: Instruments | undefined;
}

/** Brings an event to its listeners: to some inside `publish`, to the others through the outbox and the inbox. */
export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  publish(event: Event, options: PublishOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const { routes, observers, host } = this.#options;
    if (options !== undefined) {
      const problems = optionProblems(options, publishChecks);
      if (problems.length > 0) return rejected(new SetupError('INVALID_SETUP', '`publish()`', problems));
    }
    let compiled: CompiledEvent;
    try {
      compiled = routes.event(event);
      if (caller?.declared !== undefined) assertDeclared(event, caller.declared);
    } catch (error) {
      return rejected(error);
    }
    if (caller === undefined && compiled.needsUnit) return this.#publishInOwnUnit(event, compiled, options);
    const context = contextOf(event, options, caller);
    if (compiled.isEmitted || observers.any) return this.#publishIn(event, compiled, context, caller, undefined);
    return this.#runInside(event, compiled, new Frame(host, context, undefined, caller), context);
  }

  /**
   * Publishes an event that is appended to a stream: it has an envelope even if it has no listener.
   *
   * @param append called with the envelope before any listener runs.
   */
  record(event: Event, caller: Frame, append: (written: WrittenEnvelope) => void): Promise<void> {
    const compiled = this.#options.routes.event(event);
    const run = (): Promise<void> => this.#record(event, compiled, caller, append);
    // If a listener fails, the event was not appended.
    return compiled.inside.length > 0 ? caller.nested(run) : run();
  }

  async #record(
    event: Event,
    compiled: CompiledEvent,
    caller: Frame,
    append: (written: WrittenEnvelope) => void,
  ): Promise<void> {
    const { host, observers } = this.#options;
    const context = contextOf(event, undefined, caller);
    const frame = new Frame(host, context, undefined, caller);
    const written = this.#write(event, frame);
    append(written);
    if (compiled.inside.length > 0) await this.#runInside(event, compiled, frame, context);
    this.#keep(written, compiled.afterwards, frame);
    if (observers.any) this.#observe(event, frame, caller);
  }

  /** A function of its own, because its closure would cost every publish. */
  #publishInOwnUnit(event: Event, compiled: CompiledEvent, options: PublishOptions | undefined): Promise<unknown> {
    return this.#options.work.run(async (unit) => {
      await this.#publishIn(event, compiled, contextOf(event, options, undefined), undefined, unit);
      return nothingElse;
    });
  }

  async #publishIn(
    event: Event,
    compiled: CompiledEvent,
    context: ContextOptions,
    caller: Frame | undefined,
    unit: UnitOfWork | undefined,
  ): Promise<void> {
    const { host, observers } = this.#options;
    const frame = new Frame(host, context, unit, caller);
    if (compiled.inside.length > 0) await this.#runInside(event, compiled, frame, context);
    if (compiled.isEmitted) this.#emit(event, compiled.afterwards, frame);
    if (observers.any) this.#observe(event, frame, caller ?? unit);
  }

  /**
   * Listeners may run concurrently, so each one that has guards or can call the bus gets its own frame, which tells them
   * apart.
   */
  #runInside(event: Event, { inside }: CompiledEvent, frame: Frame, options: ContextOptions): Promise<void> {
    const { strategy } = this.#options;
    const first = inside[0];
    if (first !== undefined && inside.length === 1 && strategy === sequential) return runOnly(event, first, frame);
    if (strategy === sequential) return runInTurn(event, inside, frame);
    const listeners = inside.map(({ name, run, needsUnit, isGuarded }): ReadyListener => {
      const own = needsUnit || isGuarded ? frame.sibling(options) : frame;
      return { name, run: () => run(event, own) };
    });
    return strategy(event, frame, listeners);
  }

  /** @param listeners the names of the listeners in this process that run after the commit. */
  #emit(event: Event, listeners: readonly string[], frame: Frame): void {
    this.#keep(this.#write(event, frame), listeners, frame);
  }

  #write(event: Event, frame: Frame): WrittenEnvelope {
    const { source, codec, maxMessageBytes, instruments } = this.#options;
    if (!codec.knows(event.type)) throw unknownMessage(event, 'published');
    // Within what publishes it, not within the last of the listeners that have run.
    const encoded = withTrace(encodeEvent(event, frame, source), instruments, frame.parent?.trace);
    return writeEnvelope(encoded, maxMessageBytes);
  }

  /** What no contract has stays in this service. */
  #keep({ envelope, json }: WrittenEnvelope, listeners: readonly string[], frame: Frame): void {
    const { codec, routes, hasTransport } = this.#options;
    const leaves = hasTransport && codec.isShared(envelope.type);
    frame.unit.emit(leaves ? [envelope] : [], routes.keyed(inboxEntries(envelope, listeners, json, false)));
  }

  /** An event in a larger unit of work counts as published when that commits. */
  #observe(event: Event, frame: Frame, isPart: object | undefined): void {
    const { observers } = this.#options;
    if (isPart === undefined) observers.published(event);
    else frame.unit.afterCommit(() => observers.published(event));
  }
}

/** @throws AnywiseError (`UNDECLARED_EVENT`) */
function assertDeclared({ type }: Event, { types, place }: Declared): void {
  if (types.has(type)) return;
  const named = [...types].map((each) => `\`${each}\``).join(', ');
  throw new AnywiseError(
    'UNDECLARED_EVENT',
    `\`${type}\` was published by ${place}, which says that it publishes ${named === '' ? 'nothing' : `only ${named}`}. Add it to \`.publishes(…)\`.`,
  );
}

/** The refusal of a message that is in no contract of the bus. */
export function unknownMessage(message: AnyCommand | Event, done: 'published' | 'enqueued'): AnywiseError {
  return new AnywiseError(
    'UNKNOWN_MESSAGE',
    `\`${message.type}\` was ${done}, but none of the bus's contracts has it, so it could not be read back. Add its contract to \`contracts\`.`,
  );
}

function contextOf(event: Event, options: PublishOptions | undefined, parent: Frame | undefined): ContextOptions {
  return { event, entries: options?.context, parent, frozen: true };
}

async function rejected(error: unknown): Promise<never> {
  throw error;
}

/** What `sequential` does with a single listener, without an async function. */
function runOnly(event: Event, listener: CompiledListener, frame: Frame): Promise<void> {
  return listener.run(event, frame).then(ignore, (error: unknown) => {
    throwFailures(event, [listener], [{ listener: listener.name, error }]);
  });
}

function ignore(): void {
  // A listener's return value has no meaning.
}

/** What `sequential` does, without a closure for each listener of each event. */
async function runInTurn(event: Event, listeners: readonly CompiledListener[], frame: Frame): Promise<void> {
  let failures: ListenerFailure[] | undefined;
  // By index: an iterator would be kept, and closed, across each `await`.
  for (let at = 0, listener = listeners[0]; listener !== undefined; listener = listeners[++at]) {
    try {
      await listener.invoke(event, frame);
    } catch (error) {
      (failures ??= []).push({ listener: listener.name, error });
    }
  }
  if (failures !== undefined) throwFailures(event, listeners, failures);
}
