import type { CountInstruments } from '../core/ports/instrumentation.js';
import { attribute } from './names.js';
import type { Telemetry } from './telemetry.js';

/** Metrics of what is no message on its way. */
export function countInstruments(telemetry: Telemetry, service: string): CountInstruments {
  const own = { [attribute.consumerGroup]: service };
  return {
    projected({ name, version }, outcome, count) {
      const of = { [attribute.projection]: name, [attribute.projectionVersion]: version, [attribute.outcome]: outcome };
      telemetry.meters?.projectionEvents.add(count, { ...own, ...of });
    },
    conflict(entity) {
      telemetry.meters?.entityConflicts.add(1, { ...own, ...(entity !== undefined && { [attribute.entity]: entity }) });
    },
  };
}
