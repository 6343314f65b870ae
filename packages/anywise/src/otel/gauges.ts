import { context, type Attributes, type BatchObservableResult, type Meter } from '@opentelemetry/api';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { BusStatus } from '../core/ports/bus-status.js';
import type { InstrumentedBus } from '../core/ports/instrumentation.js';
import { attribute, metric } from './names.js';
import { Snapshot } from './snapshot.js';
import { background } from './span.js';

/** Observes what waits for a bus. Returns a function that stops it. */
export function observeBacklog(meter: Meter, bus: InstrumentedBus): () => void {
  const messages = (name: string, description: string) =>
    meter.createObservableGauge(name, { description, unit: '{message}' });
  const seconds = (name: string, description: string) => meter.createObservableGauge(name, { description, unit: 's' });
  const outbox = messages(metric.outboxMessages, 'Messages in the outbox, by state; 10,001 means more than 10,000.');
  const inbox = messages(metric.inboxMessages, 'Messages in the inbox, by listener and state; 10,001 means more.');
  const outboxAge = seconds(metric.outboxAge, 'The age of the oldest message that waits in the outbox.');
  const relay = meter.createObservableGauge(metric.outboxRelay, {
    description: 'Whether a process holds the lease to send from the outbox: 1 or 0.',
    unit: '1',
  });
  const inboxAge = seconds(metric.inboxAge, 'The age of the oldest message that waits for a listener.');
  const lagging = messages(metric.transportLag, 'Messages in the transport that the service has not received.');
  const clockSkew = seconds(
    metric.clockSkew,
    "How far the clock of this process is ahead of the database's; negative if it is behind.",
  );
  const projectionBehind = meter.createObservableGauge(metric.projectionBehind, {
    description: 'Positions of the log that a read model has yet to read.',
    unit: '{event}',
  });
  const projectionLag = seconds(
    metric.projectionLag,
    'The age of the next event that a read model has yet to take in.',
  );
  const projectionFaults = meter.createObservableGauge(metric.projectionFaults, {
    description: 'Events that a read model could not take in, by outcome, with those that wait for them.',
    unit: '{event}',
  });
  const horizonLag = seconds(
    metric.horizonLag,
    'For how long the feed of the log has waited for a transaction that is being committed.',
  );
  const service = { [attribute.consumerGroup]: bus.name };
  const state = (name: string): Attributes => ({ ...service, [attribute.state]: name });

  const tell = (result: BatchObservableResult, status: BusStatus): void => {
    const { waiting, scheduled, parked, oldestMs, relay: held } = status.outbox;
    for (const [name, count] of Object.entries({ waiting, scheduled, parked })) {
      result.observe(outbox, numberOf(count), state(name));
    }
    result.observe(outboxAge, oldestMs / 1_000, service);
    if (held !== undefined) result.observe(relay, held.leftMs > 0 ? 1 : 0, service);
    if (status.clockSkewMs !== undefined) result.observe(clockSkew, status.clockSkewMs / 1_000, service);
    for (const listener of status.inbox.listeners) {
      const own = { [attribute.subscription]: listener.listener };
      const { waiting: here, running, dead } = listener;
      for (const [name, count] of Object.entries({ waiting: here, running, dead })) {
        result.observe(inbox, numberOf(count), { ...state(name), ...own });
      }
      result.observe(inboxAge, listener.oldestMs / 1_000, { ...service, ...own });
    }
    for (const { name, version, state: is, behind, oldestMs: lagMs, parked, skipped } of status.projections) {
      if (is === 'retired') continue;
      const own = { ...state(is), [attribute.projection]: name, [attribute.projectionVersion]: version };
      result.observe(projectionBehind, behind, own);
      result.observe(projectionLag, lagMs / 1_000, own);
      result.observe(projectionFaults, parked, { ...own, [attribute.outcome]: 'parked' });
      result.observe(projectionFaults, skipped, { ...own, [attribute.outcome]: 'skipped' });
    }
    if (status.log !== undefined) result.observe(horizonLag, status.log.heldUpMs / 1_000, service);
  };

  const snapshot = new Snapshot(bus);
  const observe = async (result: BatchObservableResult): Promise<void> => {
    const { status, lag } = await context.with(background, () => snapshot.read());
    if (status !== undefined) tell(result, status);
    if (lag !== undefined) result.observe(lagging, numberOf(lag), service);
  };
  const readModels = [projectionBehind, projectionLag, projectionFaults, horizonLag];
  const all = [outbox, inbox, outboxAge, relay, inboxAge, lagging, clockSkew, ...readModels];
  meter.addBatchObservableCallback(observe, all);
  return () => meter.removeBatchObservableCallback(observe, all);
}

function numberOf({ count, isMore }: BoundedCount): number {
  return isMore ? count + 1 : count;
}
