import assert from 'node:assert/strict';
import { Entities, type Loaded } from '../core/entities/entities.js';
import type { Entity } from '../core/entities/entity.js';
import { evolve, unborn, type Evolved } from '../core/entities/evolve.js';
import { describeValue } from '../core/errors/describe.js';
import { MessageContext, type ContextEntry } from '../core/message/context.js';
import { declarationOf, definitionOf, type Event } from '../core/message/message.js';
import { entitiesName, type DeciderDefinition } from '../core/registry/decider.js';

/** What a decider gets besides its command. */
export interface WhenOptions {
  /** Values of its context. @defaultValue none */
  readonly context?: readonly ContextEntry[];
  /** The id of the message. @defaultValue a new one */
  readonly messageId?: string;
}

/** The same for a decider with dependencies. */
export interface WhenInjected<Injected> extends WhenOptions {
  /** What `inject` asks for. */
  readonly injected: Injected;
}

/** What `when` takes: a decider with dependencies needs them. */
export type WhenArguments<Extra extends readonly unknown[]> = Extra extends readonly [infer Injected]
  ? [options: WhenInjected<Injected>]
  : [options?: WhenOptions];

/** What is expected of a decision. Each rejects if it is not so. */
export interface Expectation<Reply, S, E> {
  /** These events, in this order, and no others. */
  then(...events: readonly E[]): Promise<void>;
  /** No event. */
  thenNothing(): Promise<void>;
  /** An error: its code, its wire name if it is a domain error, or a pattern for its text. */
  thenFails(error: string | RegExp): Promise<void>;
  /** This state of the entity afterwards; `undefined` for one that is gone. */
  thenState(state: S | undefined): Promise<void>;
  /** This reply. */
  thenReply(reply: Reply): Promise<void>;
}

/** A decider and what happened before. */
export interface Given<C, Reply, Extra extends readonly unknown[], S, E> {
  /** The command that is to be decided. */
  when(command: C, ...options: WhenArguments<Extra>): Expectation<Reply, S, E>;
}

/** A decider under test. */
export interface DeciderTest<C, Reply, Extra extends readonly unknown[], S, E> {
  /** What has happened to the entity, the oldest first. Nothing: it does not exist. */
  given(...events: readonly E[]): Given<C, Reply, Extra, S, E>;
}

/**
 * Tests a decider without a bus and a store: events in, events out.
 *
 * @example
 * await decider(renameTodo)
 *   .given(new TodoCreated({ todoId: 't-1', title: 'Tea' }))
 *   .when(new RenameTodo({ todoId: 't-1', title: 'Coffee' }))
 *   .then(new TodoRenamed({ todoId: 't-1', title: 'Coffee' }));
 */
export function decider<C, Reply, Extra extends readonly unknown[], S, E>(
  definition: DeciderDefinition<C, Reply, Extra, S, E>,
): DeciderTest<C, Reply, Extra, S, E> {
  return {
    given: (...events) => ({
      when: (command, ...[options]) => {
        const decided = (): Promise<Decision> => decide(definition, events as readonly Event[], command, options);
        return {
          then: async (...expected) => sameEvents((await decided()).appended, expected as readonly Event[]),
          thenNothing: async () => sameEvents((await decided()).appended, []),
          thenFails: (error) => fails(decided, error),
          thenState: async (state) => assert.deepEqual((await decided()).state, state),
          thenReply: async (reply) => assert.deepEqual((await decided()).reply, reply),
        };
      },
    }),
  };
}

interface Decision {
  readonly appended: readonly Event[];
  readonly state: unknown;
  readonly reply: unknown;
}

async function decide(
  { run, entity }: Pick<DeciderDefinition, 'run' | 'entity'>,
  given: readonly Event[],
  command: unknown,
  options: Partial<WhenInjected<unknown>> = {},
): Promise<Decision> {
  const entities = new GivenEntities(entity, given);
  const injected = { ...(options.injected as object | undefined), [entitiesName]: entities };
  const context = new MessageContext({ entries: options.context, messageId: options.messageId });
  const reply = await run(command as never, context, injected as never);
  return { appended: entities.appended, state: entities.evolved.state, reply };
}

/** The entity that the command is for, as the events that were given have made it. */
class GivenEntities extends Entities {
  readonly #entity: Entity;
  readonly #given: readonly Event[];
  readonly appended: Event[] = [];
  evolved: Evolved = unborn;

  constructor(entity: Entity, given: readonly Event[]) {
    super();
    this.#entity = entity;
    this.#given = given;
  }

  async load<S, E>(_entity: Entity<S, E>, id: string): Promise<Loaded<S, E>> {
    for (const event of this.#given) this.#evolve(id, event);
    const version = (): number => this.#given.length + this.appended.length;
    const state = (): S | undefined => this.evolved.state as S | undefined;
    return {
      get state() {
        return state();
      },
      get version() {
        return version();
      },
      append: async (...events) => {
        for (const event of events as unknown as readonly Event[]) {
          this.#evolve(id, event);
          this.appended.push(event);
        }
      },
    };
  }

  history = unused;
  ids = unused;
  erase = unused;

  #evolve(id: string, event: Event): void {
    assert.equal(event.entityId, id, `\`${definitionOf(event).type}\` is not about the entity of the command`);
    this.evolved = evolve(this.#entity, this.evolved, event);
  }
}

async function unused(): Promise<never> {
  throw new Error('A decider loads its own entity only.');
}

/** What an event says, without what tells it from the same event at another time. */
function contentOf(event: object): unknown {
  return [declarationOf(event)?.type ?? describeValue(event), Object.assign({}, event)];
}

function sameEvents(actual: readonly Event[], expected: readonly Event[]): void {
  assert.deepEqual(actual.map(contentOf), expected.map(contentOf));
}

async function fails(decided: () => Promise<Decision>, expected: string | RegExp): Promise<void> {
  let decision: Decision;
  try {
    decision = await decided();
  } catch (error) {
    const { code, type, message } = Object(error) as Partial<Record<'code' | 'type' | 'message', unknown>>;
    if (typeof expected === 'string') assert.ok([code, type].includes(expected), `it failed with ${String(message)}`);
    else assert.match(String(message), expected);
    return;
  }
  const types = decision.appended.map(({ type }) => `\`${type}\``).join(', ');
  assert.fail(`it should have failed, but decided ${types === '' ? 'that nothing happened' : types}`);
}
