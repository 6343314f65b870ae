import { encodeEvent } from '../message/codec.js';
import { MessageContext, type FrozenContext } from '../message/context.js';
import type { Envelope } from '../message/envelope.js';
import { AnywiseError } from '../errors/errors.js';
import type { Event } from '../message/message.js';

/**
 * Where events end up: a file, a webhook, a table of yours. What it writes is one envelope for each event.
 *
 * - **At least once.** When the promise of `sink` resolves, all the events given are there. If it rejects, any of them may
 *   be, and they are given again if the bus has a store. Repeats have the same envelope `id`.
 * - **Order.** The events of one call keep their order, and so do calls of which each is awaited before the next. The bus
 *   gives the events of one entity one after the other. Calls that overlap have no order between them.
 * - **Concurrency.** `sink` may be called again before its promise settles.
 * - **What throws.** An error with `retryable: false` says that trying again cannot help: the event becomes a dead letter at
 *   once. Any other error follows the retry policy of the listener.
 * - **Cancellation.** When the context's signal is aborted, `sink` rejects soon.
 * - **Close.** `close` is idempotent and works while events are being written: it resolves when nothing runs any more. After
 *   it, `sink` rejects.
 */
export interface Sink {
  /**
   * Writes events, one or several.
   *
   * @param context that of the listener: the envelopes get their correlation and their context values from it.
   */
  sink(events: Event | readonly Event[], context?: FrozenContext): Promise<void>;
  /** The bus that the sink is registered with calls this when it stops, so each bus needs sinks of its own. */
  close(): Promise<void>;
}

/**
 * The envelopes that a sink writes: those in which the events travelled, if the context is that of their listener.
 *
 * @param context of what listens to the event, or of what caused it. Without one, an event begins a correlation of its own.
 */
export function toEnvelopes(events: Event | readonly Event[], context?: FrozenContext): readonly Envelope[] {
  const list = Array.isArray(events) ? (events as readonly Event[]) : [events as Event];
  return list.map((event) => encodeEvent(event, contextOf(event, context), event.source));
}

/** What a sink rejects with after its end. Retryable, because the event is as good as before. */
export function closedSink(name: string): AnywiseError {
  return new AnywiseError('NOT_RUNNING', `${name} is closed. Each bus closes its sinks: give it sinks of its own.`, {
    retryable: true,
  });
}

function contextOf(event: Event, context: FrozenContext | undefined): MessageContext {
  if (MessageContext.is(context)) {
    return context.messageId === event.eventId ? context : new MessageContext({ event, parent: context });
  }
  return new MessageContext({
    event,
    correlationId: context?.correlationId,
    causationId: context?.causationId,
  });
}
