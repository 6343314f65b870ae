import { AnywiseError } from '../errors/errors.js';
import { checkOptions, text, wholeNumber, type OptionChecks } from '../errors/options.js';
import { errorText } from '../errors/thrown.js';
import {
  Entities,
  streamOf,
  streamsOf,
  type HistoryOptions,
  type IdsOptions,
  type Loaded,
  type Recorded,
} from '../entities/entities.js';
import type { Entity } from '../entities/entity.js';
import { erased, evolve, unborn, type Evolved } from '../entities/evolve.js';
import { snapshotFor, stateIn } from '../entities/snapshot.js';
import type { Codec } from '../message/codec.js';
import { parseEnvelope } from '../message/envelope.js';
import { definitionOf, type Event } from '../message/message.js';
import type { LoggedEvent } from '../ports/event-log.js';
import type { Store } from '../ports/store.js';
import type { Wiring } from '../registry/wiring.js';
import type { Frame } from './frame.js';
import type { Publisher } from './publish.js';

export interface EntityLogOptions {
  readonly wiring: Wiring;
  readonly codec: Codec;
  readonly store: Store | undefined;
  readonly publisher: Publisher;
}

/** How many events are read at once. */
const pageSize = 500;

const historyChecks: OptionChecks<HistoryOptions> = {
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  limit: wholeNumber(1, 1_000),
};
const idsChecks: OptionChecks<IdsOptions> = { after: text(), limit: wholeNumber(1, 1_000) };

/** Rebuilds entities from the log, and appends to it. */
export class EntityLog {
  readonly #options: EntityLogOptions;
  readonly #entities: ReadonlyMap<string, Entity>;

  constructor(options: EntityLogOptions) {
    this.#options = options;
    this.#entities = new Map(options.wiring.entities.map(({ entity }) => [entity.name, entity]));
  }

  /** The entities as one message sees them. */
  within(frame: Frame): Entities {
    return new MessageEntities(this, frame);
  }

  async load(frame: Frame, entity: Entity, id: string): Promise<Loaded<unknown, unknown>> {
    const stream = this.#streamOf(entity, id);
    const pending = frame.unit.pendingStream(stream);
    const { version, evolved } = pending ?? (await this.#read(frame, entity, stream, entity.options.snapshot?.version));
    return new LoadedEntity({ log: this, frame, entity, id, stream, version, evolved });
  }

  async history(
    frame: Frame,
    entity: Entity,
    id: string,
    options: HistoryOptions,
  ): Promise<readonly Recorded<unknown>[]> {
    const stream = this.#streamOf(entity, id);
    checkOptions('`history()`', options, historyChecks);
    const { after = 0, limit = 1_000 } = options;
    const { events } = await frame.unit.log.load(stream, { after, limit });
    return events.map((one) => {
      const { type, version, position } = one;
      return { event: this.#eventIn(one), type, version, position };
    });
  }

  async ids(entity: Entity, options: IdsOptions): Promise<readonly string[]> {
    this.#assertKnown(entity);
    checkOptions('`ids()`', options, idsChecks);
    const { after, limit = 100 } = options;
    const prefix = streamsOf(entity);
    const from = after === undefined ? undefined : `${prefix}${after}`;
    const streams = (await this.#options.store?.log?.streams(prefix, { after: from, limit })) ?? [];
    return streams.map((stream) => stream.slice(prefix.length));
  }

  async erase(frame: Frame, entity: Entity, id: string): Promise<number> {
    return frame.unit.log.erase(this.#streamOf(entity, id));
  }

  /** Appends one event, and publishes it. Returns what the entity is then. */
  async append(frame: Frame, entity: Entity, at: StreamPlace, event: Event): Promise<Evolved> {
    const { stream, id } = at;
    assertOf(entity, id, event);
    const { unit } = frame;
    const pending = unit.pendingStream(stream);
    if (pending !== undefined && pending.version !== at.version) throw movedOn(stream);
    const evolved = evolve(entity, at.evolved, event);
    const expected = pending?.expected ?? at.version;
    const version = at.version + 1;
    const snapshot = snapshotFor(entity, expected, version, evolved.state);
    await this.#options.publisher.record(event, frame, (written) => {
      unit.appendToStream({
        stream,
        expected,
        version,
        evolved,
        snapshot,
        events: [...(pending?.events ?? []), written],
      });
    });
    return evolved;
  }

  #streamOf(entity: Entity, id: string): string {
    this.#assertKnown(entity);
    return streamOf(entity, id);
  }

  /** What is not registered is not verified, and its events could not be read back. */
  #assertKnown(entity: Entity): void {
    if (this.#entities.get(entity.name) === entity) return;
    throw new AnywiseError(
      'INVALID_SETUP',
      `The entity \`${entity.name}\` is not registered. Pass it to \`register\`, with all of its events, or a decider that uses it.`,
    );
  }

  async #read(
    frame: Frame,
    entity: Entity,
    stream: string,
    shape: number | undefined,
  ): Promise<{ readonly version: number; readonly evolved: Evolved }> {
    const { unit } = frame;
    let page = await unit.log.load(stream, { shape, limit: pageSize, inTurn: unit.isRerun });
    let version = 0;
    let evolved = unborn;
    if (page.snapshot !== undefined) {
      const state = stateIn(entity, page.snapshot);
      if (state === undefined) return this.#read(frame, entity, stream, undefined);
      evolved = { state, isErased: false };
      ({ version } = page.snapshot);
    }
    for (;;) {
      for (const one of page.events) {
        evolved = this.#evolve(entity, evolved, one);
        ({ version } = one);
      }
      if (page.events.length < pageSize) return { version, evolved };
      page = await unit.log.load(stream, { after: version, limit: pageSize });
    }
  }

  #evolve(entity: Entity, evolved: Evolved, one: LoggedEvent): Evolved {
    try {
      const event = this.#eventIn(one);
      return event === undefined ? erased : evolve(entity, evolved, event);
    } catch (cause) {
      throw unreadable(one, cause);
    }
  }

  #eventIn({ json }: LoggedEvent): object | undefined {
    return json === undefined ? undefined : this.#options.codec.decode(parseEnvelope(json));
  }
}

/** Where an event is appended. */
interface StreamPlace {
  readonly stream: string;
  readonly id: string;
  readonly version: number;
  readonly evolved: Evolved;
}

class LoadedEntity implements Loaded<unknown, unknown> {
  readonly #log: EntityLog;
  readonly #frame: Frame;
  readonly #entity: Entity;
  #place: StreamPlace;
  #appended: Promise<unknown> = Promise.resolve();

  constructor({
    log,
    frame,
    entity,
    ...place
  }: StreamPlace & { readonly log: EntityLog; readonly frame: Frame; readonly entity: Entity }) {
    this.#log = log;
    this.#frame = frame;
    this.#entity = entity;
    this.#place = place;
  }

  get state(): unknown {
    return this.#place.evolved.state;
  }

  get version(): number {
    return this.#place.version;
  }

  append(...events: readonly unknown[]): Promise<void> {
    const append = (): Promise<void> => this.#append(events);
    // Calls that are awaited together take turns, each where the one before has ended.
    const appended = this.#appended.then(append, append);
    this.#appended = appended;
    return this.#frame.track(`append to ${this.#entity.name}`, appended);
  }

  /** All of the events, or none. */
  async #append(events: readonly unknown[]): Promise<void> {
    let place = this.#place;
    const appendAll = async (): Promise<void> => {
      for (const event of events) {
        const evolved = await this.#log.append(this.#frame, this.#entity, place, event as Event);
        place = { ...place, version: place.version + 1, evolved };
      }
    };
    await (events.length > 1 ? this.#frame.nested(appendAll) : appendAll());
    this.#place = place;
  }
}

/** What a handler is given. Each call is awaited before the message ends. */
class MessageEntities extends Entities {
  readonly #log: EntityLog;
  readonly #frame: Frame;

  constructor(log: EntityLog, frame: Frame) {
    super();
    this.#log = log;
    this.#frame = frame;
  }

  load<S, E>(entity: Entity<S, E>, id: string): Promise<Loaded<S, E>> {
    return this.#tracked('load', this.#log.load(this.#frame, entity, id) as Promise<Loaded<S, E>>);
  }

  history<S, E>(entity: Entity<S, E>, id: string, options: HistoryOptions = {}): Promise<readonly Recorded<E>[]> {
    const events = this.#log.history(this.#frame, entity, id, options);
    return this.#tracked('history', events as Promise<readonly Recorded<E>[]>);
  }

  ids<S, E>(entity: Entity<S, E>, options: IdsOptions = {}): Promise<readonly string[]> {
    return this.#tracked('ids', this.#log.ids(entity, options));
  }

  erase<S, E>(entity: Entity<S, E>, id: string): Promise<number> {
    return this.#tracked('erase', this.#log.erase(this.#frame, entity, id));
  }

  #tracked<T>(what: string, running: Promise<T>): Promise<T> {
    return this.#frame.track(what, running);
  }
}

function assertOf(entity: Entity, id: string, event: Event): void {
  const { type, kind } = definitionOf(event);
  const problem =
    kind !== 'event'
      ? `is a ${kind}`
      : event.entityId === id
        ? undefined
        : `has the \`entityId\` ${JSON.stringify(event.entityId)}`;
  if (problem === undefined) return;
  throw new AnywiseError(
    'INVALID_MESSAGE',
    `\`${type}\` was appended to the \`${entity.name}\` with the id ${JSON.stringify(id)}, but ${problem}. Append events of this entity only.`,
  );
}

/** The same would happen again, so the message is not run again. */
function movedOn(stream: string): AnywiseError {
  return new AnywiseError(
    'CONFLICT',
    `This message has appended to \`${stream}\` elsewhere since it was loaded here. Load it again before you append.`,
  );
}

function unreadable({ stream, version, type, position }: LoggedEvent, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNREADABLE',
    `\`${stream}\` cannot be rebuilt: \`${type}\`, its version ${version} at position ${position}, ${errorText(cause)}`,
    { cause, retryable: true },
  );
}
