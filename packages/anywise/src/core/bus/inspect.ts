import type { Contract } from '../message/contract.js';
import type { OnDead } from '../ports/inbox.js';
import type { CallSite } from '../errors/call-site.js';
import type { BatchOptions, FailureOptions, Target } from '../registry/definitions.js';
import { isMessageClass, sliceOf, type MessageClass, type MessageKind } from '../message/message.js';
import { attemptsOf } from '../../kit/retry.js';
import type { Wiring } from '../registry/wiring.js';
import type { ModelDescriptions } from './describe-models.js';

/** Something that is wired to a message, and where it is registered. */
export interface Wired {
  readonly place: string;
  /** The file and the line of its code, such as `src/place-order/handler.ts:16`. Absent where that is not known. */
  readonly source?: string;
  /** The wire names of the events that its code says it publishes, sorted. Absent if it does not say. */
  readonly publishes?: readonly string[];
}

/** A listener that is wired to an event. */
export interface WiredListener extends Wired {
  readonly name: string;
  /** Whether it runs inside `publish`, or after the commit through the inbox. */
  readonly runs: 'inside' | 'afterwards';
  /** How many attempts a message gets before it becomes a dead letter. Inside `publish` there is only one. */
  readonly attempts: number;
  /** What its dead letters block. */
  readonly onDead: OnDead;
  /** How many messages it takes at once, and how long it waits for them. Absent if it takes one by one. */
  readonly batch?: Required<BatchOptions>;
  /** The names of the functions that guard it, outermost first. Absent if there are none. */
  readonly guards?: readonly string[];
}

/** Looks up what is wired to a message, in the order in which it runs. */
export class Inspection {
  readonly #wiring: Wiring;
  readonly #durable: boolean;
  readonly #owners: ReadonlyMap<string, string>;

  /** @param owners the services that can be asked from here, by the wire names of their messages. */
  constructor(wiring: Wiring, durable: boolean, owners: ReadonlyMap<string, string>) {
    this.#wiring = wiring;
    this.#durable = durable;
    this.#owners = owners;
  }

  /** The other service that is asked when a command or query is sent here; `undefined` if none is. */
  otherService(message: Target): string | undefined {
    if (!isMessageClass(message) || this.handler(message) !== undefined) return undefined;
    return this.#owners.get(message.type);
  }

  /** The handler of a command or query, if one is registered here. */
  handler(message: Target): Wired | undefined {
    const handler = this.#wiring.handlerOf(message);
    return handler && { place: handler.place, ...sourceOf(handler), ...published(handler.options) };
  }

  /** The listeners of an event. */
  listeners(event: Target): readonly WiredListener[] {
    return this.#wiring.listenersOf(event).map(({ name, place, options, site }) => {
      const isAfterwards = this.#durable && !options.inline;
      return {
        name,
        place,
        ...sourceOf({ site }),
        runs: isAfterwards ? 'afterwards' : 'inside',
        attempts: isAfterwards ? attemptsOf(options.retry) : 1,
        onDead: options.onDead,
        ...(options.batch && { batch: options.batch }),
        ...published(options),
        ...(options.guards && { guards: options.guards.map((guard) => guard.name) }),
      };
    });
  }

  /** The guards of a command or query, outermost first. */
  guards(message: Target): readonly Wired[] {
    return this.#wiring.guardsOf(message).map(({ place }) => ({ place }));
  }
}

function sourceOf({ site }: { readonly site?: CallSite | undefined }): Pick<Wired, 'source'> {
  const source = site?.();
  return source === undefined ? {} : { source };
}

function published({ publishes }: FailureOptions): Pick<Wired, 'publishes'> {
  return publishes === undefined ? {} : { publishes: publishes.map(({ type }) => type).sort() };
}

/** One message of a bus, and all that is wired to it. Plain data. */
export interface MessageDescription {
  readonly type: string;
  readonly kind: MessageKind;
  readonly version: number;
  /** The slice that owns it. */
  readonly slice: string;
  readonly summary: string | undefined;
  /** What handles it here; always `undefined` for an event. */
  readonly handler: Wired | undefined;
  /** The other service that is asked when it is sent here. Absent if none is. */
  readonly otherService?: string;
  /** Outermost first; always empty for an event. */
  readonly guards: readonly Wired[];
  /** In the order of registration; always empty for a command or query. */
  readonly listeners: readonly WiredListener[];
}

/** A bus as data, for documentation and tools. */
export interface BusDescription extends ModelDescriptions {
  readonly name: string;
  /** The messages of all contracts that the bus knows, sorted by wire name. */
  readonly messages: readonly MessageDescription[];
  /** The wire names that it takes from a transport: events that it listens to after their commit, and commands that it owns. Sorted. */
  readonly heard: readonly string[];
}

export function describeBus(
  name: string,
  inspection: Inspection,
  contracts: readonly Contract[],
  heard: readonly string[],
  models: ModelDescriptions,
): BusDescription {
  const classes = new Map(contracts.flatMap(({ messages }) => [...messages]));
  const messages = [...classes.values()].map((message) => describeMessage(message, inspection));
  const sorted = messages.sort((a, b) => (a.type < b.type ? -1 : 1));
  return { name, messages: sorted, heard: [...heard].sort(), ...models };
}

function describeMessage(message: MessageClass, inspection: Inspection): MessageDescription {
  const { type, kind, version, summary } = message;
  const isEvent = kind === 'event';
  const otherService = inspection.otherService(message);
  return {
    type,
    kind,
    version,
    slice: sliceOf(type),
    summary,
    handler: isEvent ? undefined : inspection.handler(message),
    ...(otherService !== undefined && { otherService }),
    guards: isEvent ? [] : inspection.guards(message),
    listeners: isEvent ? inspection.listeners(message) : [],
  };
}
