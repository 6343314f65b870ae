import { describeValue } from '../errors/describe.js';
import { SetupError } from '../errors/errors.js';
import { checkedElsewhere, optionProblems, wholeNumber, type OptionChecks } from '../errors/options.js';
import { declarationOf, type AbstractClass, type Event, type MessageClass } from '../message/message.js';
import { isSchema, type StandardSchema, type Typed } from '../message/schema.js';
import { wireNameProblems } from '../message/wire-name.js';

/** An event class: unlike a group of events, it has a wire name. */
export type EventType<E> = AbstractClass<E> & { readonly type: string };

/** An event as the functions of an entity see it: if its data is a union, it can be narrowed. */
export type NarrowableEvent<E> = E extends { readonly '~data': infer Data } ? E & Readonly<Data> : E;

/** When the state of an entity is kept beside its events. */
export interface SnapshotOptions {
  /**
   * Keeps the state with each event whose version is a multiple of this, or that passes one. Fewer snapshots cost less to
   * write, more of them less to load.
   */
  readonly every: number;
  /** What the state looks like. Raise it whenever you change what the functions return: older snapshots are ignored. */
  readonly version: number;
}

/** What an entity is declared with. */
export interface EntityOptions<In, S> {
  /** What the state looks like, as plain data. A snapshot is validated with it; what your functions return is not. */
  readonly state: Typed<In, S>;
  /** For entities with long lives, of hundreds of events. @defaultValue none: all events are read each time */
  readonly snapshot?: SnapshotOptions | undefined;
}

/** How an event begins an entity, or changes it. */
export interface EntityStep {
  readonly event: MessageClass;
  /** Whether it begins the entity. */
  readonly creates: boolean;
  /** The function that was passed to `create` or `evolve`. */
  readonly run: (...args: never[]) => unknown;
}

/** An entity that is rebuilt from its events. What begins with `~` exists only in the types. */
export interface Entity<S = unknown, E = unknown> {
  readonly kind: 'entity';
  readonly name: string;
  readonly options: { readonly state: StandardSchema; readonly snapshot?: SnapshotOptions | undefined };
  readonly steps: readonly EntityStep[];
  readonly '~state'?: S;
  readonly '~event'?: E;
}

/** An entity whose events are being named. Each call returns another one; the last has all of them. */
export interface EntityBuilder<S, E> extends Entity<S, E> {
  /**
   * Names an event with which an entity begins, and returns its first state.
   *
   * @throws SetupError (`INVALID_CONTRACT`) if it is not an event, or is named already.
   */
  create<N extends Event>(event: EventType<N>, run: (event: NarrowableEvent<N>) => S): EntityBuilder<S, E | N>;
  /**
   * Names an event in the life of an entity, and returns the next state: a new object, not the old one changed. `null` for
   * an entity that is gone: from then on it does not exist, and its id is free again.
   *
   * @throws SetupError (`INVALID_CONTRACT`) if it is not an event, or is named already.
   */
  evolve<N extends Event>(
    event: EventType<N>,
    run: (state: S, event: NarrowableEvent<N>) => S | null,
  ): EntityBuilder<S, E | N>;
}

/**
 * Declares an entity: what it is, and how each of its events changes it. Its functions are pure, because they run again each
 * time that an entity is loaded.
 *
 * @param name stable for ever, `<slice>.<kebab-name>`: streams are stored under it and the id.
 * @throws SetupError (`INVALID_CONTRACT`) that lists everything that is wrong.
 * @example
 * export const todo = entity('todos.todo', { state: Todo })
 *   .create(TodoCreated, ({ todoId, title }) => ({ todoId, title, isCompleted: false }))
 *   .evolve(TodoRenamed, (todo, { title }) => ({ ...todo, title }))
 *   .evolve(TodoCompleted, (todo) => ({ ...todo, isCompleted: true }));
 */
export function entity<In, S>(name: string, options: EntityOptions<In, S>): EntityBuilder<S, never> {
  const given = Object(options) as EntityOptions<In, S>;
  const problems = [
    ...wireNameProblems(name).map((problem) => problem.replace('wire name', 'name')),
    ...optionProblems(options, checks, ['state']),
    ...(!Object.hasOwn(given, 'state') || isSchema(given.state)
      ? []
      : [`\`state\` is ${describeValue(given.state)}, but must be a schema`]),
    ...(given.snapshot === undefined ? [] : snapshotProblems(given.snapshot)),
  ];
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The entity \`${name}\``, problems);
  const { state, snapshot } = given;
  return build(name, { state: state as StandardSchema, snapshot }, []);
}

const checks: OptionChecks<EntityOptions<unknown, unknown>> = {
  // What it must be is said above, as for other schemas.
  state: checkedElsewhere(),
  snapshot: checkedElsewhere(),
};

const snapshotChecks: OptionChecks<SnapshotOptions> = {
  every: wholeNumber(1, 1_000_000),
  version: wholeNumber(1, 2_147_483_647),
};

function snapshotProblems(snapshot: unknown): string[] {
  return optionProblems(snapshot, snapshotChecks, ['every', 'version']).map((problem) => `in \`snapshot\`, ${problem}`);
}

function build<S, E>(name: string, options: Entity['options'], steps: readonly EntityStep[]): EntityBuilder<S, E> {
  const withStep = <N>(event: unknown, creates: boolean, run: unknown): EntityBuilder<S, E | N> => {
    const problems = stepProblems(steps, event, creates, run);
    if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The entity \`${name}\``, problems);
    const step = { event: event as MessageClass, creates, run: run as EntityStep['run'] };
    return build<S, E | N>(name, options, [...steps, step]);
  };
  return {
    kind: 'entity',
    name,
    options,
    steps,
    create: (event, run) => withStep(event, true, run),
    evolve: (event, run) => withStep(event, false, run),
  };
}

function stepProblems(steps: readonly EntityStep[], event: unknown, creates: boolean, run: unknown): string[] {
  const method = creates ? 'create' : 'evolve';
  const declared = typeof event === 'function' ? declarationOf(event) : undefined;
  if (declared?.kind !== 'event') return [`\`${method}\` is given ${describeValue(event)}, but needs an event class`];
  const problems: string[] = [];
  if (typeof run !== 'function') problems.push(`\`${method}\` is given ${describeValue(run)}, but needs a function`);
  if (steps.some((step) => declarationOf(step.event) === declared && step.creates === creates)) {
    problems.push(`\`${method}\` names \`${declared.type}\` twice`);
  }
  return problems;
}
