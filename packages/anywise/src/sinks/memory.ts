import type { Envelope } from '../core/message/envelope.js';
import type { Event } from '../core/message/message.js';
import { closedSink, toEnvelopes, type Sink } from '../core/ports/sink.js';

/** A sink whose events can be read, for tests. */
export interface MemorySink extends Sink {
  /** The received events, in order, repeats included. */
  readonly events: readonly Event[];
  /** The envelopes that other sinks would have written for them. */
  readonly envelopes: readonly Envelope[];
}

/** Creates a sink that keeps events in memory. They can still be read after it is closed. */
export function memorySink(): MemorySink {
  const events: Event[] = [];
  const envelopes: Envelope[] = [];
  let isClosed = false;
  return {
    events,
    envelopes,
    async sink(given, context) {
      if (isClosed) throw closedSink('A sink in memory');
      context?.signal.throwIfAborted();
      envelopes.push(...toEnvelopes(given, context));
      events.push(...[given].flat());
    },
    async close() {
      isClosed = true;
    },
  };
}
