import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import { parseEnvelope } from '../message/envelope.js';
import { textProblem } from '../message/envelope-problems.js';
import type { InboxEntry } from '../ports/inbox.js';
import type { Saga } from '../sagas/declaration.js';
import { keyFor } from '../sagas/take.js';
import type { Codec } from '../message/codec.js';
import { declarationOf, definitionOf, type Event, type MessageClass } from '../message/message.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Wiring } from '../registry/wiring.js';
import {
  compileCommand,
  compileEvent,
  compileListener,
  type CompiledCommand,
  type CompiledEvent,
  type CompiledListener,
} from './compile.js';
import type { SendStrategy } from './strategies.js';

export interface RoutingOptions {
  readonly wiring: Wiring;
  readonly codec: Codec;
  readonly sender: SendStrategy | undefined;
  readonly checkReplies: boolean;
  /** Whether the bus has a store, so that listeners run after the commit. */
  readonly durable: boolean;
  /** Whether events leave the process. */
  readonly hasTransport: boolean;
  readonly instruments: Instruments | undefined;
}

/**
 * The code for each message type. Everything that depends on the type alone is compiled here, once.
 *
 * A message is looked up by its class first: with many types at one place in the code, V8 finds the name `constructor` in a
 * third of the time that the symbol of a declaration takes. A class that extends a known one is only found by its declaration.
 */
export class RoutingTable {
  readonly #options: RoutingOptions;
  readonly #commands = new Map<unknown, CompiledCommand>();
  /** Those without a handler here: each send to another service asks. */
  readonly #unhandled = new WeakSet<MessageClass>();
  readonly #events = new Map<unknown, CompiledEvent>();
  /** The code that runs after a commit, by its name in the inbox: listeners, and handlers of commands. */
  readonly #byName = new Map<string, CompiledListener>();

  /** By their names, which their timeouts have, too. */
  readonly #sagas: ReadonlyMap<string, Saga>;

  constructor(options: RoutingOptions) {
    this.#options = options;
    const { wiring } = options;
    this.#sagas = new Map(wiring.sagas.map(({ saga }) => [saga.name, saga]));
    for (const listener of wiring.listeners) {
      this.#byName.set(listener.name, compileListener(listener, options.durable));
    }
    for (const { message, handler } of wiring.handled) {
      const compiled = compileCommand(message, handler, options);
      this.#commands.set(declarationOf(message), compiled).set(message, compiled);
      const { run } = compiled;
      this.#byName.set(message.type, { name: message.type, run, invoke: run, needsUnit: true, isGuarded: false });
    }
    for (const event of wiring.events) this.#events.set(event, this.#eventOf(definitionOf(event)));
  }

  /** The handler of a command or query, given the instance. */
  command(message: object): CompiledCommand | undefined {
    return this.#commands.get(classOf(message)) ?? this.#declared(declarationOf(message));
  }

  event(event: Event): CompiledEvent {
    return this.#events.get(classOf(event)) ?? this.#eventOf(definitionOf(event));
  }

  named(name: string): CompiledListener | undefined {
    return this.#byName.get(name);
  }

  /** Whether a command's handler is in this process. */
  isHandledHere(type: string): boolean {
    return this.#byName.has(type);
  }

  /**
   * The names under which the inbox keeps a message for this process: the listeners of an event that run after the commit,
   * or the handler of a command.
   */
  readonly namesFor = (type: string): readonly string[] => {
    const message = this.#options.codec.classOf(type);
    if (message === undefined) return [];
    if (message.kind === 'event') return this.#eventOf(message).afterwards;
    return this.#commands.has(declarationOf(message)) || this.#sagas.has(type) ? [type] : [];
  };

  /** The same entries, those of sagas with the key of the saga. One without a key can never be handled. */
  readonly keyed = (entries: readonly InboxEntry[]): readonly InboxEntry[] => {
    if (this.#sagas.size === 0) return entries;
    return entries.map((entry) => {
      const saga = this.#sagas.get(entry.listener);
      return saga === undefined || entry.type === saga.name ? entry : this.#keyedFor(saga, entry);
    });
  };

  #keyedFor(saga: Saga, entry: InboxEntry): InboxEntry {
    try {
      const event = this.#options.codec.decode(parseEnvelope(entry.json)) as Event;
      const key = keyFor(saga, event);
      const problem = textProblem('key', key);
      return problem === undefined ? { ...entry, key } : { ...entry, error: `${noKey(saga)} (${problem}).` };
    } catch (error) {
      return { ...entry, error: `${noKey(saga)} (${errorText(error)}).` };
    }
  }

  #declared(message: MessageClass | undefined): CompiledCommand | undefined {
    return this.#commands.get(message) ?? this.#compileUnknown(message);
  }

  /** A command that is in no contract and named by no handler can still be below a group that has a handler. */
  #compileUnknown(message: MessageClass | undefined): CompiledCommand | undefined {
    if (message === undefined || this.#unhandled.has(message)) return undefined;
    const handler = this.#options.wiring.handlerOf(message);
    if (handler === undefined) {
      this.#unhandled.add(message);
      return undefined;
    }
    const compiled = compileCommand(message, handler, this.#options);
    this.#commands.set(message, compiled);
    return compiled;
  }

  #eventOf(message: MessageClass): CompiledEvent {
    const known = this.#events.get(message);
    if (known !== undefined) return known;
    if (message.kind !== 'event') throw publishedCommand(message);
    const compiled = compileEvent(this.#options.wiring.listenersOf(message), message.type, this.#options);
    this.#events.set(message, compiled);
    return compiled;
  }
}

/** The class of a message, whose data has no field of this name. Anything else may have been passed. */
function classOf(message: object | null | undefined): unknown {
  return message?.constructor;
}

function noKey({ name }: Saga): string {
  return `Which \`${name}\` it is for cannot be told`;
}

function publishedCommand({ type, kind }: MessageClass): AnywiseError {
  return new AnywiseError('INVALID_MESSAGE', `\`${type}\` was published, but is a ${kind}. Use \`send\`.`);
}
