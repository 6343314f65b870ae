import {
  context,
  createNoopMeter,
  INVALID_SPAN_CONTEXT,
  metrics,
  trace,
  type Meter,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { startInterval } from '../core/time/timers.js';
import { createMeters, type Meters } from './meters.js';
import { scope } from './names.js';

/** How long metrics alone may go unnoticed, in milliseconds. */
const lookMs = 1_000;

/** What a process records with, as far as an SDK is registered. One may be registered after the bus was made. */
export class Telemetry {
  readonly #onMeter: (meter: Meter) => void;
  /** Where tracers will come from, which costs next to nothing to ask. */
  #provider: TracerProvider & Partial<ProxyProvider> = trace.getTracerProvider();
  #tracer: Tracer | undefined;
  #meters: Meters | undefined;
  #isActive = false;
  #looking: NodeJS.Timeout | undefined;

  /** @param onMeter called once, when there is a meter that records. */
  constructor(onMeter: (meter: Meter) => void) {
    this.#onMeter = onMeter;
  }

  /** Asked with each message. */
  get isActive(): boolean {
    return this.#isActive || (this.#provider.getDelegateTracer?.(scope) !== undefined && this.find());
  }

  /** Looks for what has been registered meanwhile. Returns whether there is any. */
  find(): boolean {
    this.#provider = trace.getTracerProvider();
    this.#tracer ??= tracerOf(this.#provider);
    this.#meters ??= this.#findMeters();
    return (this.#isActive = this.#tracer !== undefined || this.#meters !== undefined);
  }

  /** Goes on looking, until all is found or it is closed. */
  watch(): void {
    this.#looking ??= startInterval(() => {
      this.find();
      if (this.#tracer !== undefined && this.#meters !== undefined) this.close();
    }, lookMs).unref();
  }

  close(): void {
    clearInterval(this.#looking);
  }

  /** Makes spans that record nothing, but pass their parent's trace on, if only metrics are recorded. */
  get tracer(): Pick<Tracer, 'startSpan'> {
    return this.#tracer ?? noTracer;
  }

  get meters(): Meters | undefined {
    return this.#meters;
  }

  #findMeters(): Meters | undefined {
    const meter = metrics.getMeterProvider().getMeter(scope);
    if (meter === noMeter) return undefined;
    this.#onMeter(meter);
    return createMeters(meter);
  }
}

const noMeter = createNoopMeter();
const noTracer: Pick<Tracer, 'startSpan'> = {
  startSpan: (_name, _options, within = context.active()) =>
    trace.wrapSpanContext(trace.getSpanContext(within) ?? INVALID_SPAN_CONTEXT),
};

/** What the API gives until an SDK is registered, and afterwards to those who asked before. */
interface ProxyProvider extends TracerProvider {
  getDelegateTracer(name: string): Tracer | undefined;
}

/** The API's own tracer records nothing, and still costs ten times a send. */
function tracerOf(provider: TracerProvider & Partial<ProxyProvider>): Tracer | undefined {
  return provider.getDelegateTracer === undefined ? provider.getTracer(scope) : provider.getDelegateTracer(scope);
}
