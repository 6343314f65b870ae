import type { Counter, Histogram, Meter } from '@opentelemetry/api';
import { delayBuckets, durationBuckets, metric } from './names.js';

/** The instruments that are told of each message. */
export interface Meters {
  readonly processDuration: Histogram;
  readonly operationDuration: Histogram;
  readonly sendDuration: Histogram;
  readonly deliveryDelay: Histogram;
  readonly sent: Counter;
  readonly consumed: Counter;
  readonly retries: Counter;
  readonly deadLetters: Counter;
  readonly leasesLost: Counter;
  readonly projectionEvents: Counter;
  readonly entityConflicts: Counter;
}

export function createMeters(meter: Meter): Meters {
  const seconds = (name: string, description: string, explicitBucketBoundaries = durationBuckets): Histogram =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries } });
  const count = (name: string, description: string, unit: string): Counter =>
    meter.createCounter(name, { description, unit });
  return {
    processDuration: seconds(metric.processDuration, 'One attempt to handle a message, commit included.'),
    operationDuration: seconds(metric.operationDuration, 'Handing a batch to the transport, or asking a service.'),
    sendDuration: seconds(metric.sendDuration, 'A command or query that was handled here.'),
    deliveryDelay: seconds(metric.deliveryDelay, 'From a message being made to its handling.', delayBuckets),
    sent: count(metric.sent, 'Messages that the transport has taken.', '{message}'),
    consumed: count(metric.consumed, 'Attempts to handle a message.', '{message}'),
    retries: count(metric.retries, 'Attempts that failed and are repeated.', '{attempt}'),
    deadLetters: count(metric.deadLetters, 'Messages that were given up.', '{message}'),
    leasesLost: count(metric.leasesLost, 'Attempts whose message was taken by another process.', '{lease}'),
    projectionEvents: count(metric.projectionEvents, 'Events that a read model took in or passed over.', '{event}'),
    entityConflicts: count(metric.entityConflicts, 'Work undone because another was quicker.', '{conflict}'),
  };
}
