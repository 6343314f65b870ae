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
import { createMeters, type Meters } from './meters.js';
import { scope } from './names.js';

/** What a process records with, as far as an SDK is registered. One may be registered after the bus was made. */
export class Telemetry {
  readonly #provider = trace.getTracerProvider();
  readonly #onMeter: (meter: Meter) => void;
  #tracer: Tracer | undefined;
  #meters: Meters | undefined;
  #isActive = false;
  #isFresh = false;

  /** @param onMeter called once, when there is a meter that records. */
  constructor(onMeter: (meter: Meter) => void) {
    this.#onMeter = onMeter;
  }

  /** Asked with each message, so what it says is looked up once in a turn of the event loop, until all is found. */
  get isActive(): boolean {
    if (!this.#isFresh) this.find();
    return this.#isActive;
  }

  /** Looks for what has been registered meanwhile. */
  find(): void {
    this.#tracer ??= this.#findTracer();
    this.#meters ??= this.#findMeters();
    this.#isActive = this.#tracer !== undefined || this.#meters !== undefined;
    if (this.#isFresh) return;
    this.#isFresh = true;
    if (this.#tracer === undefined || this.#meters === undefined) setImmediate(this.#expire);
  }

  readonly #expire = (): void => {
    this.#isFresh = false;
  };

  /** Makes spans that record nothing, but pass their parent's trace on, if only metrics are recorded. */
  get tracer(): Pick<Tracer, 'startSpan'> {
    return this.#tracer ?? noTracer;
  }

  get meters(): Meters | undefined {
    return this.#meters;
  }

  #findTracer(): Tracer | undefined {
    const provider = isProxy(this.#provider) ? this.#provider : trace.getTracerProvider();
    // The API's own tracer records nothing, and still costs ten times a send.
    return isProxy(provider) ? provider.getDelegateTracer(scope) : provider.getTracer(scope);
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

function isProxy(provider: TracerProvider): provider is ProxyProvider {
  return 'getDelegateTracer' in provider;
}
