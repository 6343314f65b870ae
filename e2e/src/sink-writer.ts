import { event, type } from 'anywise';
import { fileSink } from 'anywise/sinks';

// Appends events to a file for ever, and prints the id of each once it is written.

/** So long that a kill often comes in the middle of a write. */
const text = 'x'.repeat(500_000);

class Noted extends event('notes.noted', { data: type<{ readonly text: string }>(), entityId: () => 'note' }) {}

const sink = fileSink(String(process.argv[2]));
for (;;) {
  const events = [new Noted({ text }), new Noted({ text })];
  await Promise.all(events.map((one) => sink.sink(one)));
  for (const { eventId } of events) console.log(`written ${eventId}`);
}
