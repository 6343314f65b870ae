import { describeValue } from '../errors/describe.js';
import { checkedElsewhere, listOf, optionProblems } from '../errors/options.js';
import { AnywiseError, SetupError } from '../errors/errors.js';
import { hasBrand } from '../errors/thrown.js';
import { isEnvelopeAttribute } from './attributes.js';
import { newId } from './id.js';

/** A context key, whatever the type of its values. */
export interface ContextKeyInfo {
  readonly key: string;
  /** The envelope attribute that carries the value to other processes; without one it never leaves the process. */
  readonly header: string | undefined;
}

/** A typed key of the context. Call it to give it a value: `CurrentUser(user)`. */
export interface ContextKey<T> extends ContextKeyInfo {
  (value: T): ContextEntry<T>;
}

/** A context key with its value: the result of calling the key. */
export interface ContextEntry<T = unknown> {
  readonly key: ContextKeyInfo;
  readonly value: T;
}

/**
 * Declares a value that travels with a message besides its data.
 *
 * @param key its name, for error texts.
 * @param options.header the envelope attribute that carries its value, which must be JSON, to other processes: 1 to 20
 * lower-case letters and digits, and not an attribute that CloudEvents or this library uses. @defaultValue none: the value
 * never leaves the process
 * @throws SetupError (`INVALID_CONTRACT`)
 */
export function contextKey<T>(key: string, options: { readonly header?: string | undefined } = {}): ContextKey<T> {
  const problems = [
    ...keyProblems(key),
    ...optionProblems(options, { header: checkedElsewhere() }),
    ...headerProblems((options as Partial<typeof options> | null)?.header),
  ];
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The context key \`${key}\``, problems);
  const contextKey: ContextKey<T> = Object.assign((value: T): ContextEntry<T> => ({ key: contextKey, value }), {
    key,
    header: options.header,
  });
  return contextKey;
}

/** Whether something is a key of the context, of whichever copy of this package. */
export function isContextKey(value: unknown): value is ContextKeyInfo {
  return typeof value === 'function' && typeof (value as Partial<ContextKeyInfo>).key === 'string';
}

/** The values for the context that a message is sent, published or enqueued with. */
export const entriesCheck = listOf('context values, such as `CurrentUser(user)`', (entry) =>
  isContextKey((entry as Partial<ContextEntry> | null | undefined)?.key),
);

const headerName = /^[a-z0-9]{1,20}$/;

function keyProblems(key: unknown): string[] {
  if (typeof key === 'string' && key !== '') return [];
  return [`its name is ${describeValue(key)}, but must be a non-empty string`];
}

function headerProblems(header: unknown): string[] {
  if (header === undefined) return [];
  if (typeof header !== 'string' || !headerName.test(header)) {
    return [
      `its header is ${describeValue(header)}, which CloudEvents forbids; use 1 to 20 lower-case letters and digits`,
    ];
  }
  return isEnvelopeAttribute(header)
    ? [`its header \`${header}\` is an attribute of envelopes; choose another, such as \`x${header}\``]
    : [];
}

/** What a listener gets besides the event. Read only. */
export interface FrozenContext {
  /** @throws AnywiseError (`CONTEXT_MISSING`) if the key was never set. */
  get<T>(key: ContextKey<T>): T;
  /** The value of a key; `undefined` if it was never set. */
  find<T>(key: ContextKey<T>): T | undefined;
  /** The id of the message being handled. */
  readonly messageId: string;
  /** Shared by a message and all that it causes. */
  readonly correlationId: string;
  /** The id of the message that caused this one. */
  readonly causationId: string | undefined;
  /**
   * Aborted when the work is no longer wanted: the sender's time is up, the lease was lost, or the process is stopping.
   * Pass it on to slow work, such as `fetch`.
   */
  readonly signal: AbortSignal;
  /** When the sender stops waiting, in milliseconds since 1970; `undefined` if it waits for ever. */
  readonly deadline: number | undefined;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /**
   * The same for all attempts, and different for each listener and message: pass it to external systems, so that they act
   * only once.
   */
  readonly idempotencyKey: string;
}

/** What a guard or a handler gets besides the command. */
export interface Context extends FrozenContext {
  /** Sets a value for this message and all that it causes. */
  set<T>(key: ContextKey<T>, value: T): this;
}

export interface ContextOptions {
  readonly entries?: readonly ContextEntry[] | undefined;
  /** The event being handled, whose id is the message's id. */
  readonly event?: { readonly eventId: string } | undefined;
  /** The message's id, if it has one already. */
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of a signal: makes one when it is asked for, which most code never does. */
  readonly stop?: { readonly signal: AbortSignal } | undefined;
  readonly deadline?: number | undefined;
  readonly attempt?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly frozen?: boolean | undefined;
  /** The message that caused this one, whose values it sees and whose correlation it shares. */
  readonly parent?: MessageContext | undefined;
  /** What an instrumentation keeps of the message. @defaultValue that of the parent */
  readonly trace?: unknown;
  /** Whether this is the parent's own message, seen by code that has less time. */
  readonly isView?: boolean | undefined;
}

const nothing: ContextOptions = {};

/** Values created on first use. */
interface Made {
  messageId: string | undefined;
  correlationId: string | undefined;
  signal: AbortSignal | undefined;
  trace: unknown;
}

const brand = Symbol.for('anywise.context');

/** Ids are created when first read: most messages never leave the process and need none. */
export class MessageContext implements Context {
  static {
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** Recognises contexts of any installed copy of this package. */
  static is(context: unknown): context is MessageContext {
    return hasBrand(context, brand);
  }

  // Set in the constructor, and no method with a `#`: V8 makes an object of a derived class three times as fast where its base
  // declares no fields, and marks each one that has private methods.
  declare private readonly options: ContextOptions;
  declare private values: Map<ContextKeyInfo, unknown> | undefined;
  declare private made: Made | undefined;

  constructor(options: ContextOptions = nothing) {
    this.options = options;
    this.values = undefined;
    this.made = undefined;
    if (options.entries !== undefined && options.entries.length > 0) {
      this.values = new Map(options.entries.map(({ key, value }) => [key, value]));
    }
  }

  get<T>(key: ContextKey<T>): T {
    const value = this.find(key);
    if (value !== undefined) return value;
    throw new AnywiseError(
      'CONTEXT_MISSING',
      `The context has no \`${key.key}\`. Pass it with \`send(message, { context: [...] })\`, set it in a guard, or read it with \`find\`.`,
    );
  }

  find<T>(key: ContextKey<T>): T | undefined {
    const own = this.values?.get(key) as T | undefined;
    return own === undefined ? this.options.parent?.find(key) : own;
  }

  set<T>(key: ContextKey<T>, value: T): this {
    if (this.options.isView === true) {
      this.parent?.set(key, value);
      return this;
    }
    if (this.options.frozen === true) {
      throw new AnywiseError(
        'CONTEXT_FROZEN',
        `A listener cannot set \`${key.key}\`: the context of an event is read only.`,
      );
    }
    (this.values ??= new Map()).set(key, value);
    return this;
  }

  get messageId(): string {
    return (this.remembered().messageId ??= this.options.event?.eventId ?? this.options.messageId ?? newId());
  }

  get correlationId(): string {
    return (this.remembered().correlationId ??=
      this.options.correlationId ?? this.options.parent?.correlationId ?? this.messageId);
  }

  get causationId(): string | undefined {
    const { causationId, parent, isView } = this.options;
    return causationId ?? (isView === true ? parent?.causationId : parent?.messageId);
  }

  get signal(): AbortSignal {
    return (this.remembered().signal ??= this.ownSignal());
  }

  get deadline(): number | undefined {
    const { deadline, parent } = this.options;
    const inherited = parent?.deadline;
    if (deadline === undefined || inherited === undefined) return deadline ?? inherited;
    return Math.min(deadline, inherited);
  }

  get attempt(): number {
    return this.options.attempt ?? 1;
  }

  get idempotencyKey(): string {
    return this.options.idempotencyKey ?? this.messageId;
  }

  /** The context of the message that caused this one, in the same process and unit. */
  get parent(): MessageContext | undefined {
    return this.options.parent;
  }

  /** What an instrumentation keeps of this message, or of the one that caused it. */
  get trace(): unknown {
    return this.made?.trace ?? this.options.trace ?? this.options.parent?.trace;
  }

  set trace(trace: unknown) {
    this.remembered().trace = trace;
  }

  /** The parts for another view of this message: the same except for its deadline. */
  limitedBy({ signal, deadline }: Pick<ContextOptions, 'signal' | 'deadline'>): ContextOptions {
    const { messageId, attempt, idempotencyKey } = this;
    return { parent: this, isView: true, signal, deadline, messageId, attempt, idempotencyKey };
  }

  /** Whether it sees any value. */
  get hasEntries(): boolean {
    return this.values !== undefined || this.options.parent?.hasEntries === true;
  }

  /** Every value that this message sees, its own before its parent's: for the codec. */
  entries(): Map<ContextKeyInfo, unknown> {
    const inherited = this.options.parent?.entries() ?? new Map<ContextKeyInfo, unknown>();
    for (const [key, value] of this.values ?? []) inherited.set(key, value);
    return inherited;
  }

  private remembered(): Made {
    return (this.made ??= { messageId: undefined, correlationId: undefined, signal: undefined, trace: undefined });
  }

  /** A signal of its own: a shared one would keep every listener that messages add to it, and Node warns of more than ten. */
  private ownSignal(): AbortSignal {
    const joined = this.joinedSignal();
    if (joined === undefined) return new AbortController().signal;
    return joined === this.options.parent?.joinedSignal() ? AbortSignal.any([joined]) : joined;
  }

  /** What can abort this message; `undefined` if nothing can. */
  private joinedSignal(): AbortSignal | undefined {
    const { stop, parent } = this.options;
    const signal = this.options.signal ?? stop?.signal;
    const inherited = parent?.joinedSignal();
    if (signal === undefined || inherited === undefined) return signal ?? inherited;
    return AbortSignal.any([signal, inherited]);
  }
}
