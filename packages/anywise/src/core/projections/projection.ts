import type { EventType, NarrowableEvent } from '../entities/entity.js';
import { describeValue } from '../errors/describe.js';
import { SetupError } from '../errors/errors.js';
import { fields, oneOf, optionProblems, wholeNumber, type OptionChecks } from '../errors/options.js';
import { declarationOf, type Event, type MessageClass } from '../message/message.js';
import { wireNameProblems } from '../message/wire-name.js';
import { token, type Token } from '../ports/container.js';
import type { OnDead } from '../ports/inbox.js';
import type { SqlTransaction } from '../ports/sql.js';
import { tableProblems } from './tables.js';

/** The names that the tables of a read model have in the database, by the names that you gave them. */
export type ReadModel<T extends string = string> = Readonly<Record<T, string>>;

/** What a projection writes with. */
export interface Writing<T extends string = string> {
  /** The transaction in which the read model moves past the event. Write with nothing else: this runs again in a rebuild. */
  readonly sql: SqlTransaction;
  readonly tables: ReadModel<T>;
  /** The number of the event in the life of its entity: 1, 2, 3 and so on. */
  readonly version: number;
}

/** What a projection is declared with. */
export interface ProjectionOptions<T extends string> {
  /** Raise it with each change of the tables, or of what is written to them: the new ones are filled beside the old ones. */
  readonly version: number;
  /**
   * The statements that make each table and its indexes. `{name}` stands for the name that the table has in the database,
   * which is another one in each version and each rebuild.
   */
  readonly tables: Readonly<Record<T, string>>;
}

/** What a projection does with an event. */
export interface ProjectionStep {
  readonly event: MessageClass;
  /** The function that was passed with the event. */
  readonly run: (...args: never[]) => unknown;
}

/** Tables for queries, made from the events of the service and from nothing else. */
export interface Projection<T extends string = string> {
  readonly kind: 'projection';
  readonly name: string;
  readonly version: number;
  /** What a handler asks for, to read: `.inject({ sql: SqlTransaction, tables: todoList.tables })`. */
  readonly tables: Token<ReadModel<T>>;
  readonly statements: Readonly<Record<string, string>>;
  readonly steps: readonly ProjectionStep[];
  readonly isInline: boolean;
  /** What happens with an event that cannot be taken in. */
  readonly failure: { readonly onDead: OnDead };
}

/** The wire names of the events that a projection takes in. */
export function typesOf({ steps }: Projection): readonly string[] {
  return steps.map(({ event }) => event.type);
}

/** A projection whose events are being named. Each call returns another one; the last has all of them. */
export interface ProjectionBuilder<T extends string> extends Projection<T> {
  /**
   * Names an event of one of the service's entities, and writes what it changes.
   *
   * @throws SetupError (`INVALID_CONTRACT`) if it is not an event, or is named already.
   */
  on<E extends Event>(
    event: EventType<E>,
    run: (event: NarrowableEvent<E>, writing: Writing<T>) => unknown,
  ): ProjectionBuilder<T>;
  /**
   * Has it written in the transaction that records the event, so that it is never behind, and a failure of it is one of the
   * message. For rows that belong to one entity: two messages that change a common row at once may lose one of the changes.
   *
   * @defaultValue written soon after the commit, by one process at a time
   */
  inline(): ProjectionBuilder<T>;
  /**
   * What happens with an event that cannot be taken in, after a few attempts:
   *
   * - `block`: the projection is stuck at it until corrected code runs, so that it never shows what is not complete.
   * - `park`: the event is put aside, and with it the later ones of its entity; all others are taken in. `projections retry`
   *   of the command `anywise` takes them in, in their order.
   * - `skip`: the event is left out, as if it had not happened. It is counted and kept with its error.
   *
   * An inline projection does so with what it takes in from the log; where it is written with the event, it fails the message.
   *
   * @defaultValue `block`
   */
  onDead(policy: OnDead): ProjectionBuilder<T>;
}

const checks: OptionChecks<ProjectionOptions<string>> = {
  version: wholeNumber(1, 2_147_483_647),
  tables: fields(),
};

/**
 * Declares a read model: its tables, and what each event writes to them. It is filled from the first event on, and can be
 * filled again at any time.
 *
 * @param name stable for ever, `<slice>.<kebab-name>`: its position is stored under it.
 * @throws SetupError (`INVALID_CONTRACT`) that lists everything that is wrong.
 * @example
 * export const todoList = projection('todos.todo-list', {
 *   version: 1,
 *   tables: { todos: 'CREATE TABLE {todos} (todo_id TEXT PRIMARY KEY, title TEXT NOT NULL)' },
 * }).on(TodoCreated, ({ todoId, title }, { sql, tables }) =>
 *   sql.run(`INSERT INTO ${tables.todos} VALUES (?, ?)`, todoId, title),
 * );
 */
export function projection<const T extends string>(name: string, options: ProjectionOptions<T>): ProjectionBuilder<T> {
  const { version, tables } = Object(options) as ProjectionOptions<T>;
  const problems = [
    ...wireNameProblems(name).map((problem) => problem.replace('wire name', 'name')),
    ...optionProblems(options, checks, ['version', 'tables']),
    ...tableProblems(name, version, tables),
  ];
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The projection \`${name}\``, problems);
  const readModel = token<ReadModel<T>>(`the tables of ${name}`);
  return build({ name, version, tables: readModel, statements: tables, steps: [], ...unless });
}

const unless = { isInline: false, failure: { onDead: 'block' } } as const;
const onDeadCheck = oneOf('block', 'park', 'skip');

function build<T extends string>(parts: Omit<Projection<T>, 'kind'>): ProjectionBuilder<T> {
  const { name, steps } = parts;
  return {
    kind: 'projection',
    ...parts,
    on: (event, run) => {
      const problems = stepProblems(steps, event, run);
      if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The projection \`${name}\``, problems);
      const step = { event: event as unknown as MessageClass, run: run as ProjectionStep['run'] };
      return build({ ...parts, steps: [...steps, step] });
    },
    inline: () => build({ ...parts, isInline: true }),
    onDead: (onDead) => {
      const wanted = onDeadCheck(onDead);
      if (wanted === undefined) return build({ ...parts, failure: { onDead } });
      const problem = `\`onDead\` is ${describeValue(onDead)}, but must be ${wanted}`;
      throw new SetupError('INVALID_CONTRACT', `The projection \`${name}\``, [problem]);
    },
  };
}

function stepProblems(steps: readonly ProjectionStep[], event: unknown, run: unknown): string[] {
  const declared = typeof event === 'function' ? declarationOf(event) : undefined;
  if (declared?.kind !== 'event') return [`\`on\` is given ${describeValue(event)}, but needs an event class`];
  const problems: string[] = [];
  if (typeof run !== 'function') problems.push(`\`on\` is given ${describeValue(run)}, but needs a function`);
  if (steps.some((step) => declarationOf(step.event) === declared)) {
    problems.push(`\`on\` names \`${declared.type}\` twice`);
  }
  return problems;
}
