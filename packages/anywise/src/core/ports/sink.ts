import { encodeEvent } from '../message/codec.js';
import { MessageContext, type FrozenContext } from '../message/context.js';
import type { Envelope } from '../message/envelope.js';
import { AnywiseError } from '../errors/errors.js';
import type { Event } from '../message/message.js';

/**
 * Where events are written: a file, a webhook, a table of yours. It writes one envelope for each event.
 *
 * - **At least once.** When the promise of `sink` resolves, all the given events are there. If it rejects, any of them may
 * be, and with a store they are passed again. Repeats have the same envelope `id`.
 * - **Order.** The events of one call keep their order, and so do calls of which each is awaited before the next. The bus
 * passes the events of one entity one after the other. Calls that overlap have no order between them.
 * - **Concurrency.** `sink` may be called again before its promise settles.
 * - **What throws.** An error with `retryable: false` says that a retry cannot help: the event becomes a dead letter at
 * once. Any other error follows the retry policy of the listener.
 * - **Cancellation.** When the context's signal is aborted, `sink` rejects soon.
 * - **Close.** `close` is idempotent and works while events are being written: it resolves when nothing runs any more. After
 *   it, `sink` rejects.
 */
export interface Sink {
  /**
   * Writes one or more events.
   *
   * @param context the listener's context: the envelopes take their correlation and their context values from it.
   */
  sink(events: Event | readonly Event[], context?: FrozenContext): Promise<void>;
  /** Called by the bus when it stops, so each bus needs sinks of its own. */
  close(): Promise<void>;
}

/**
 * The envelopes that a sink writes: those in which the events travelled, if the context is their listener's.
 *
 * @param context the context of the event's listener, or of its cause. Without one, an event begins a new correlation.
 */
export function toEnvelopes(events: Event | readonly Event[], context?: FrozenContext): readonly Envelope[] {
  const list = Array.isArray(events) ? (events as readonly Event[]) : [events as Event];
  return list.map((event) => encodeEvent(event, contextOf(event, context), event.source));
}

/** What a closed sink rejects with. Retryable, because the event itself is fine. */
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
