import type { AbstractClass } from '../message/message.js';

/** A typed name for a dependency that is not a class. At run time a symbol, which every container understands. */
export type Token<T> = symbol & { readonly '~token': T };

/** Makes a token: `const Limits = token<Limits>('Limits')`. */
export function token<T>(name: string): Token<T> {
  return Symbol(name) as Token<T>;
}

/** What identifies a dependency: a class, abstract or not, or a token. */
export type ServiceId<T = unknown> = AbstractClass<T> | Token<T>;

/** Named dependencies, as passed to `inject`. */
export type Dependencies = Readonly<Record<string, ServiceId>>;

/** The instances of named dependencies. */
export type Injected<D extends Dependencies> = {
  readonly [K in keyof D]: D[K] extends Token<infer T> ? T : D[K] extends AbstractClass<infer T> ? T : never;
};

/** The name of a service for error messages. */
export function serviceName(id: ServiceId): string {
  return typeof id === 'function' ? id.name : (id.description ?? 'a token');
}

const serviceKey = Symbol.for('anywise.service');

/** Marks a class as a service that the bus provides, so that the class of another copy of this package is recognised. */
export function markOwnService(service: object): void {
  Object.defineProperty(service, serviceKey, { value: true });
}

/** Whether the bus provides a service, from whichever copy of this package. */
export function isOwnService(id: ServiceId): boolean {
  return typeof id === 'function' && (id as unknown as Readonly<Record<symbol, unknown>>)[serviceKey] === true;
}

/** The problem text for code that asks for a service of another copy of this package. */
export function otherCopyProblem(who: string, service: string): string {
  return `${who} asks for the \`${service}\` of another copy of the package: two copies of anywise are installed; make all packages use one (\`npm ls anywise\` lists them)`;
}

/**
 * What the bus itself provides to the graph of one message: `Anywise`, bound to that message, and the handle of the store's
 * transaction. An adapter binds each of `MessageServices.ids` to the message being handled.
 */
export interface MessageServices {
  /** The bus's own service with this id, for the message being handled. */
  provide(id: ServiceId): unknown;
}

/**
 * How the message ended to which a scope belongs. What the scope made gets it when it is disposed of, as the argument of
 * `Symbol.asyncDispose` or `Symbol.dispose`, so that it can keep or undo what it did elsewhere.
 */
export interface ScopeOutcome {
  /** Whether the message was handled, and everything that it wrote to the store was committed. */
  readonly committed: boolean;
  /** Why it was not; `undefined` if the message was handed to another process meanwhile. */
  readonly error?: unknown;
}

/**
 * The dependencies that live as long as one message and everything it causes.
 *
 * `resolve` returns an instance, or a promise of it if something in its graph is asynchronous. Services bound per message
 * are made once per scope. `dispose` runs `Symbol.asyncDispose` or `Symbol.dispose` of everything that the scope made, last
 * made first, all of them even if one fails, and then throws the first failure.
 */
export interface Scope {
  /** An instance of a service, or a promise of it if something it needs is asynchronous. */
  resolve<T>(id: ServiceId<T>, services: MessageServices): T | Promise<T>;
  /** Disposes of everything that the scope made, last made first. */
  dispose(outcome?: ScopeOutcome): void | Promise<void>;
}

/** Connects a dependency-injection container to the bus. */
export interface ContainerAdapter {
  /**
   * Called once, before `verify`: the services that the bus provides to each message. The adapter binds them, so that
   * constructors can ask for them.
   */
  provides(ids: readonly ServiceId[]): void;
  /**
   * Called at start with everything that the bus will ask for. Returns one text per problem: unbound services, and
   * singletons that would hold on to a service of one message. Creates no instances.
   */
  verify(ids: readonly ServiceId[]): readonly string[];
  /** Opens the scope of one message. Must be cheap: it is called for most messages. */
  open(): Scope;
}
