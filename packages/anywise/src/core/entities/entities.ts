import { AnywiseError } from '../errors/errors.js';
import { markOwnService } from '../ports/container.js';
import { textProblem } from '../message/envelope-problems.js';
import type { Entity } from './entity.js';

/** An entity as a message sees it. */
export interface Loaded<S, E> {
  /** What it is, with what this message has appended by `append`; `undefined` if it does not exist, or is gone. */
  readonly state: S | undefined;
  /** How many events it has had; 0 for one that never existed. */
  readonly version: number;
  /**
   * Records what happened to it, and publishes it. All of it commits with the message, or nothing.
   *
   * @throws AnywiseError (`INVALID_MESSAGE`) if an event is not about this entity, or it cannot have it now; (`CONFLICT`) if
   * this message has appended to it elsewhere since it was loaded.
   */
  append(...events: readonly E[]): Promise<void>;
}

/** An event in the history of an entity. */
export interface Recorded<E> {
  /** In its current version, whatever it was stored in; `undefined` once it was erased. */
  readonly event: E | undefined;
  /** Its wire name. */
  readonly type: string;
  /** Its number in the life of the entity: 1, 2, 3 and so on. */
  readonly version: number;
  /** Its place among all events of the service. */
  readonly position: number;
}

/** Which part of a history to read. */
export interface HistoryOptions {
  /** Only events with higher versions. @defaultValue 0 */
  readonly after?: number;
  /** The most events, from 1 to 1,000. @defaultValue 1_000 */
  readonly limit?: number;
}

/** Which ids to list. */
export interface IdsOptions {
  /** Only ids after this one. @defaultValue from the first */
  readonly after?: string;
  /** The most ids, from 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
}

/**
 * The entities that this service keeps as events. Ask for it by injection, as for `Anywise`: it belongs to the message, and
 * what it appends commits with everything else that the handler does.
 *
 * If another message has appended to an entity in between, the handler runs again, up to five times. So do slow work, and
 * whatever must not happen twice, in a listener.
 */
export abstract class Entities {
  static {
    markOwnService(this);
  }

  /** An entity as it is now. @throws AnywiseError (`UNREADABLE`) if one of its events cannot be read. */
  abstract load<S, E>(entity: Entity<S, E>, id: string): Promise<Loaded<S, E>>;
  /** What was recorded about an entity, the oldest first. What this message has appended is not among it yet. */
  abstract history<S, E>(entity: Entity<S, E>, id: string, options?: HistoryOptions): Promise<readonly Recorded<E>[]>;
  /** The ids under which events were recorded, in the order of their bytes, those of entities that are gone included. */
  abstract ids<S, E>(entity: Entity<S, E>, options?: IdsOptions): Promise<readonly string[]>;
  /**
   * Erases what the events of an entity say, and its snapshot: how many events there were and when stays. What this message
   * appends is kept, so that others can be told. Returns how many events were erased.
   */
  abstract erase<S, E>(entity: Entity<S, E>, id: string): Promise<number>;
}

/** The name of an entity's stream. @throws AnywiseError (`INVALID_MESSAGE`) if no event could have such an id. */
export function streamOf({ name }: Entity, id: string): string {
  const problem = textProblem('id', id);
  if (problem === undefined) return `${name}/${id}`;
  throw new AnywiseError('INVALID_MESSAGE', `No \`${name}\` can have this id: ${problem}.`);
}

/** The name of the entity whose stream this is; `undefined` if it is none's. */
export function entityOf(stream: string): string | undefined {
  const end = stream.indexOf('/');
  return end === -1 ? undefined : stream.slice(0, end);
}

/** What the names of all streams of an entity begin with. */
export function streamsOf({ name }: Entity): string {
  return `${name}/`;
}
