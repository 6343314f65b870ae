import { context, type Attributes, type BatchObservableResult, type Meter } from '@opentelemetry/api';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { BusStatus } from '../core/ports/bus-status.js';
import type { InstrumentedBus } from '../core/ports/instrumentation.js';
import { attribute, metric } from './names.js';
import { Snapshot } from './snapshot.js';
import { background } from './span.js';

/** Observes what waits in the store of a bus. Returns a function that stops it. */
export function observeBacklog(meter: Meter, bus: InstrumentedBus): () => void {
  const messages = (name: string, description: string) =>
    meter.createObservableGauge(name, { description, unit: '{message}' });
  const seconds = (name: string, description: string) => meter.createObservableGauge(name, { description, unit: 's' });
  const outbox = messages(metric.outboxMessages, 'Messages in the outbox, by state; 10,001 means more than 10,000.');
  const inbox = messages(metric.inboxMessages, 'Messages in the inbox, by listener and state; 10,001 means more.');
  const outboxAge = seconds(metric.outboxAge, 'The age of the oldest message that waits in the outbox.');
  const inboxAge = seconds(metric.inboxAge, 'The age of the oldest message that waits for a listener.');
  const service = { [attribute.consumerGroup]: bus.name };
  const state = (name: string): Attributes => ({ ...service, [attribute.state]: name });

  const tell = (result: BatchObservableResult, status: BusStatus): void => {
    const { waiting, scheduled, parked, oldestMs } = status.outbox;
    for (const [name, count] of Object.entries({ waiting, scheduled, parked })) {
      result.observe(outbox, numberOf(count), state(name));
    }
    result.observe(outboxAge, oldestMs / 1_000, service);
    for (const listener of status.inbox.listeners) {
      const own = { [attribute.subscription]: listener.listener };
      const { waiting: here, running, dead } = listener;
      for (const [name, count] of Object.entries({ waiting: here, running, dead })) {
        result.observe(inbox, numberOf(count), { ...state(name), ...own });
      }
      result.observe(inboxAge, listener.oldestMs / 1_000, { ...service, ...own });
    }
  };

  const snapshot = new Snapshot(bus);
  const observe = async (result: BatchObservableResult): Promise<void> => {
    const status = await context.with(background, () => snapshot.read());
    if (status !== undefined) tell(result, status);
  };
  const all = [outbox, inbox, outboxAge, inboxAge];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function numberOf({ count, isMore }: BoundedCount): number {
  return isMore ? count + 1 : count;
}
