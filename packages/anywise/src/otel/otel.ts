import { context } from '@opentelemetry/api';
import { checkOptions, milliseconds, longestRetentionMs, ofType, type OptionChecks } from '../core/errors/options.js';
import type {
  CallInstruments,
  CountInstruments,
  DeliveryInstruments,
  Instrumentation,
  InstrumentedBus,
  Instruments,
} from '../core/ports/instrumentation.js';
import { callInstruments } from './calls.js';
import { countInstruments } from './counts.js';
import { deliveryInstruments, type DeliveryOptions } from './deliveries.js';
import { observeBacklog } from './gauges.js';
import { background } from './span.js';
import { Telemetry } from './telemetry.js';

/** Options of {@link otel}. */
export interface OtelOptions {
  /**
   * How old a message may be, in milliseconds, to continue the trace that made it. A handling later than that begins a trace of
   * its own, linked to the other. A higher value keeps more in one trace, which then lasts as long as the longest delay.
   *
   * @defaultValue 300_000 (5 minutes)
   */
  readonly newTraceAfterMs?: number;
  /**
   * Records the keys of messages (`anywise.message.key`). They help to find the messages of one entity, but may be personal
   * data. @defaultValue false
   */
  readonly recordKeys?: boolean;
  /** The time, in milliseconds since 1970, for tests. @defaultValue `Date.now` */
  readonly now?: () => number;
}

const checks: OptionChecks<OtelOptions> = {
  newTraceAfterMs: milliseconds(0, longestRetentionMs),
  recordKeys: ofType('boolean'),
  now: ofType('function'),
};

/**
 * Records what buses do, through the OpenTelemetry API, with whatever SDK the process registers, before or after. Without one it
 * records nothing and costs next to nothing. Payloads are never recorded. May be given to several buses.
 *
 * @throws SetupError (`INVALID_SETUP`) that names every option that is wrong.
 * @example
 * const instrumentation = otel();
 * const anywise = new Anywise({ name: 'orders', instrumentation, … });
 */
export function otel(options: OtelOptions = {}): Instrumentation {
  checkOptions('`otel()`', options, checks);
  const { newTraceAfterMs = 300_000, recordKeys = false, now = Date.now } = options;
  return {
    instrument: (bus) => new OtelInstruments(bus, { service: bus.name, newTraceAfterMs, recordKeys, now }),
  };
}

/** A class, because its `isActive` is read with each message: the compiler makes nothing of a getter that is one of an object. */
class OtelInstruments implements Instruments {
  readonly calls: CallInstruments;
  readonly deliveries: DeliveryInstruments;
  readonly counts: CountInstruments;
  readonly #telemetry: Telemetry;
  #stopObserving: (() => void) | undefined;

  constructor(bus: InstrumentedBus, options: DeliveryOptions) {
    this.#telemetry = new Telemetry((meter) => (this.#stopObserving = observeBacklog(meter, bus)));
    this.calls = callInstruments(this.#telemetry, bus.name);
    this.deliveries = deliveryInstruments(this.#telemetry, options);
    this.counts = countInstruments(this.#telemetry, bus.name);
  }

  get isActive(): boolean {
    return this.#telemetry.isActive;
  }

  background<T>(run: () => T): T {
    // What waits is observed from the start on, even if nothing moves.
    this.#telemetry.find();
    this.#telemetry.watch();
    return context.with(background, run);
  }

  close(): void {
    this.#telemetry.close();
    this.#stopObserving?.();
  }
}
