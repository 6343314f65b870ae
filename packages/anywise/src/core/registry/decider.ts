import { describeValue } from '../errors/describe.js';
import { AnywiseError } from '../errors/errors.js';
import { Entities } from '../entities/entities.js';
import type { Entity } from '../entities/entity.js';
import type { Context } from '../message/context.js';
import { definitionOf } from '../message/message.js';
import type { Dependencies } from '../ports/container.js';
import type { CallSite } from '../errors/call-site.js';
import type { Awaitable, FailureOptions, HandlerDefinition, Narrowable, Target } from './definitions.js';

/** What a decision comes to: one event, several, or nothing if nothing has to change. */
export type Decided<E> = E | readonly E[] | undefined;
/** What a decision to create comes to: at least one event. */
export type Created<E> = E | readonly [E, ...E[]];

/** How a decider finds its entity. */
export interface DeciderOptions<C> {
  /**
   * The version that the sender has seen, as in the header `If-Match`; `undefined` if it does not say. If the entity is at
   * another version, the command fails with `CONFLICT`, and is not run again. @defaultValue any version will do
   */
  readonly ifVersion?: (command: C) => number | undefined;
}

/** A command that is decided by an entity: a handler, and what a test needs of it. */
export interface DeciderDefinition<
  C = never,
  Reply = unknown,
  Extra extends readonly unknown[] = never[],
  S = unknown,
  E = unknown,
> extends Omit<HandlerDefinition<C, Reply>, 'run'> {
  /** Loads the entity, decides and appends, as the bus does. */
  readonly run: (command: C, context: Context, injected: never) => Promise<Reply>;
  readonly entity: Entity<S, E>;
  /** Whether it begins the entity. */
  readonly creates: boolean;
  /** The function that was passed to `create` or `decide`, for tests; the first gets no state. */
  readonly decide: (...args: readonly unknown[]) => Awaitable<Decided<E>>;
  readonly '~extra'?: Extra;
}

/** A decision on a command that has a reply: say what the reply is. */
export interface Replying<C, Reply, Extra extends readonly unknown[], S, E> {
  /** Makes the reply of the state to which the decision leads; of an entity that is gone then, of its last state. */
  reply(run: (state: S, command: Narrowable<C>) => Awaitable<Reply>): DeciderDefinition<C, Reply, Extra, S, E>;
}

type Nothing = ReturnType<() => void>;

/** A decider is complete if its command has no reply. */
export type DeciderOf<C, Reply, Extra extends readonly unknown[], S, E> = [Reply] extends [Nothing]
  ? DeciderDefinition<C, Reply, Extra, S, E>
  : Replying<C, Reply, Extra, S, E>;

/** What a command does to an entity. */
export interface DeciderBuilder<C, Reply, Extra extends readonly unknown[], S, E> {
  /** Begins an entity. If there is one already, the command fails with `CONFLICT`. */
  create(
    run: (command: Narrowable<C>, context: Context, ...injected: Extra) => Awaitable<Created<E>>,
  ): DeciderOf<C, Reply, Extra, S, E>;
  /**
   * Decides on an entity that exists. If it does not, the command fails with `NOT_FOUND`. The decision runs again if another
   * message was quicker, so it must have no effects of its own.
   */
  decide(
    run: (command: Narrowable<C>, state: S, context: Context, ...injected: Extra) => Awaitable<Decided<E>>,
  ): DeciderOf<C, Reply, Extra, S, E>;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** No name that a user would give to a dependency. */
export const entitiesName = '~entities';

interface Parts {
  readonly targets: readonly Target[];
  readonly options: FailureOptions;
  readonly dependencies: Dependencies | undefined;
  readonly site: CallSite;
  readonly entity: Entity;
  readonly id: AnyFunction;
  readonly deciderOptions: DeciderOptions<unknown>;
}

export function deciderBuilder(parts: Parts): object {
  return {
    create: (run: AnyFunction) => definition(parts, true, run, undefined),
    decide: (run: AnyFunction) => definition(parts, false, run, undefined),
  };
}

function definition(parts: Parts, creates: boolean, decide: AnyFunction, reply: AnyFunction | undefined): object {
  const { targets, options, dependencies, site, entity } = parts;
  return {
    kind: 'handler',
    targets,
    options,
    dependencies: { ...dependencies, [entitiesName]: Entities },
    site,
    entity,
    creates,
    decide,
    id: parts.id,
    deciderOptions: parts.deciderOptions,
    hasReply: reply !== undefined,
    run: named(decide, async (command: object, context: Context, injected: Injections): Promise<unknown> => {
      const entities = injected[entitiesName] as Entities;
      const id = parts.id(command, context) as string;
      const loaded = await entities.load(entity, id);
      const { state } = loaded;
      assertVersion(command, id, parts, loaded.version);
      if (creates && state !== undefined) throw existsAlready(command, id, parts);
      if (!creates && state === undefined) throw notFound(command, id, parts);
      const extra = dependencies === undefined ? [] : [injected];
      const decided = await (creates ? decide(command, context, ...extra) : decide(command, state, context, ...extra));
      const events = eventsIn(decided);
      if (creates && events.length === 0) throw decidedNothing(command, decided);
      if (events.length > 0) await loaded.append(...events);
      return reply?.(loaded.state ?? state, command);
    }),
    reply: (run: AnyFunction) => definition(parts, creates, decide, run),
  };
}

type Injections = Readonly<Record<string, unknown>>;

/** Gives what runs a decision the name of the decision, by which error texts call it. */
function named<Run extends object>(decide: AnyFunction, run: Run): Run {
  const name: unknown = (Object(decide) as { readonly name?: unknown }).name;
  return Object.defineProperty(run, 'name', { value: typeof name === 'string' ? name : '' });
}

/** The events that a decision comes to. */
export function eventsIn(decided: unknown): readonly object[] {
  if (decided === undefined) return [];
  return (Array.isArray(decided) ? decided : [decided]) as readonly object[];
}

function assertVersion(command: object, id: string, { entity, deciderOptions }: Parts, version: number): void {
  const wanted = deciderOptions.ifVersion?.(command);
  if (wanted === undefined || wanted === version) return;
  const which = `\`${entity.name}\` with the id ${describeValue(id)}`;
  throw conflict(
    `\`${definitionOf(command).type}\` is for version ${describeValue(wanted)} of the ${which}, which is at version ${version}. Look at it as it is now, and decide again.`,
  );
}

function existsAlready(command: object, id: string, { entity }: Parts): AnywiseError {
  return conflict(
    `\`${definitionOf(command).type}\` creates the \`${entity.name}\` with the id ${describeValue(id)}, which exists already. Use another id.`,
  );
}

/** The same again would fail again. */
function conflict(text: string): AnywiseError {
  return new AnywiseError('CONFLICT', text);
}

function notFound(command: object, id: string, { entity }: Parts): AnywiseError {
  return new AnywiseError(
    'NOT_FOUND',
    `\`${definitionOf(command).type}\` is for the \`${entity.name}\` with the id ${describeValue(id)}, which does not exist.`,
  );
}

function decidedNothing(command: object, decided: unknown): AnywiseError {
  return new AnywiseError(
    'INVALID_REPLY',
    `\`create\` for \`${definitionOf(command).type}\` returned ${describeValue(decided)}, but needs an event with which the entity begins.`,
  );
}
