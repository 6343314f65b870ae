import type { OnDead } from '../ports/inbox.js';
import type { MessageClass } from '../message/message.js';
import type { SagaPart } from '../sagas/declaration.js';
import type { Wiring } from '../registry/wiring.js';

/** An entity of a bus. Plain data. */
export interface EntityDescription {
  readonly name: string;
  readonly place: string;
  /** The wire names of the events from which it is rebuilt, sorted. */
  readonly events: readonly string[];
}

/** A projection of a bus. Plain data. */
export interface ProjectionDescription {
  readonly name: string;
  readonly version: number;
  readonly place: string;
  /** The wire names of the events that it takes in, sorted. */
  readonly events: readonly string[];
  /** The names of its tables, as the code has them. */
  readonly tables: readonly string[];
  /** Whether it is written in the transaction of the event, or after the commit. */
  readonly runs: 'inline' | 'afterwards';
  /** What happens with an event that it cannot take in. */
  readonly onDead: OnDead;
}

/** A saga of a bus. Plain data. */
export interface SagaDescription {
  readonly name: string;
  readonly version: number;
  readonly place: string;
  /** The wire names of the events with which it begins, sorted. */
  readonly starts: readonly string[];
  /** The wire names of the events that it takes once it has begun, after its end included; sorted. */
  readonly hears: readonly string[];
  readonly timeouts: readonly string[];
  /** What its dead letters block. */
  readonly onDead: OnDead;
}

/** What a bus keeps besides messages, each sorted by name. */
export interface ModelDescriptions {
  readonly entities: readonly EntityDescription[];
  readonly projections: readonly ProjectionDescription[];
  readonly sagas: readonly SagaDescription[];
}

export function describeModels({ entities, projections, sagas }: Wiring): ModelDescriptions {
  return {
    entities: entities
      .map(({ entity: { name, steps }, place }) => ({ name, place, events: namesOf(steps.map(({ event }) => event)) }))
      .sort(byName),
    projections: projections
      .map(({ projection, place }): ProjectionDescription => {
        const { name, version, steps, statements, isInline, failure } = projection;
        const events = namesOf(steps.map(({ event }) => event));
        const runs = isInline ? 'inline' : 'afterwards';
        return { name, version, place, events, tables: Object.keys(statements), runs, onDead: failure.onDead };
      })
      .sort(byName),
    sagas: sagas
      .map(({ saga: { name, options, parts, failure }, place }) => ({
        ...{ name, version: options.version, place },
        starts: namesOf(parts.flatMap((part) => eventIn(part, ['start']))),
        hears: namesOf(parts.flatMap((part) => eventIn(part, ['step', 'late']))),
        ...{ timeouts: options.timeouts, onDead: failure.onDead },
      }))
      .sort(byName),
  };
}

function eventIn(part: SagaPart, does: readonly SagaPart['does'][]): readonly MessageClass[] {
  return 'event' in part && does.includes(part.does) ? [part.event] : [];
}

function namesOf(events: readonly MessageClass[]): readonly string[] {
  return [...new Set(events.map(({ type }) => type))].sort();
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
