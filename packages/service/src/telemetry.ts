import { context, metrics, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { sleep } from 'anywise/kit';

/** What an SDK has, and the API does not tell of. */
interface Flushable {
  forceFlush?(): Promise<void>;
  /** The API wraps the provider of traces. */
  getDelegate?(): Flushable;
}

/** How long a collector may take that does not answer. */
const flushMs = 500;

/** Sends what an SDK has recorded and not sent yet, where the process has one; otherwise it would end with the process. */
export async function flushTelemetry(): Promise<void> {
  const tracers = trace.getTracerProvider() as Flushable;
  const meters = metrics.getMeterProvider() as Flushable;
  const flush = async (provider: Flushable): Promise<void> => provider.forceFlush?.();
  const flushed = Promise.allSettled([flush(tracers.getDelegate?.() ?? tracers), flush(meters)]);
  await Promise.race([flushed, sleep(flushMs)]);
}

/** Runs what a service does by itself: nothing of it is recorded. */
export function unrecorded<T>(run: () => T): T {
  return context.with(suppressTracing(context.active()), run);
}
