import { encodeCommand, encodeEvent, type Codec } from '../message/codec.js';
import { dueOf, timeOf, type EnqueueOptions } from './enqueue-options.js';
import { Frame, type FrameHost } from './frame.js';
import { newId } from '../message/id.js';
import { inboxEntries } from '../delivery/intake.js';
import { definitionOf, type AnyCommand, type Event } from '../message/message.js';
import type { Observers } from '../ports/observer.js';
import { enqueuedQuery, noStoreToEnqueue, nowhereToEnqueue, unknownMessage } from './refusals.js';
import type { Unit } from './unit-of-work.js';

export interface OutgoingOptions {
  readonly source: string;
  readonly codec: Codec;
  readonly host: FrameHost;
  readonly durable: boolean;
  /** Whether messages leave the process. */
  readonly hasTransport: boolean;
  /** Whether a command has its handler here. */
  readonly handles: (type: string) => boolean;
  readonly observers: Observers;
}

/** Puts messages into the unit of work that they commit with: into the outbox, or straight into this service's inbox. */
export class Outgoing {
  readonly #options: OutgoingOptions;

  constructor(options: OutgoingOptions) {
    this.#options = options;
  }

  /** @param listeners the names of those here that hear of it after the commit. */
  emit(event: Event, listeners: readonly string[], frame: Frame): void {
    const { source, codec, hasTransport } = this.#options;
    if (!codec.knows(event.type)) throw unknownMessage(event, 'published');
    const envelope = encodeEvent(event, frame, source);
    frame.unit.emit(hasTransport ? [envelope] : [], inboxEntries(envelope, listeners));
  }

  /** Puts a command in and gives its id. It is handled after the commit, by its one handler, here or elsewhere. */
  enqueue(command: AnyCommand, options: EnqueueOptions, caller: Frame | undefined, unit: Unit): string {
    const { source, codec, host, durable, hasTransport, handles, observers } = this.#options;
    if (!durable) throw noStoreToEnqueue(command);
    if (definitionOf(command).kind === 'query') throw enqueuedQuery(command);
    if (!codec.knows(command.type)) throw unknownMessage(command, 'enqueued');
    const isHere = handles(command.type);
    if (!isHere && !hasTransport) throw nowhereToEnqueue(command);

    const due = dueOf(command.type, options);
    const messageId = newId();
    const frame = new Frame(host, { messageId, parent: caller, entries: options.context }, unit);
    const envelope = encodeCommand(command, frame, { source, key: options.key, time: timeOf(due) });
    if (due !== undefined) unit.schedule({ envelope, due });
    else if (isHere) unit.emit([], inboxEntries(envelope, [command.type]));
    else unit.emit([envelope], []);
    if (observers.any) {
      const enqueued = { id: messageId, type: command.type, key: options.key, isDelayed: due !== undefined };
      unit.afterCommit(() => observers.enqueued(enqueued));
    }
    return messageId;
  }
}
