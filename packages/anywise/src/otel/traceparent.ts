import { createTraceState, isSpanContextValid, TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { TraceAttributes } from '../core/ports/instrumentation.js';

// Read and written here, because the process's propagator may be another one, or none, and envelopes carry those of the W3C:
// https://www.w3.org/TR/trace-context/
const shape = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const longestState = 512;
/** What nearly all are, told by one look: in this version, no id is all zeros. */
const usual = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-0[01]$/;
const noTraceId = '0'.repeat(32);

/** The span that an envelope, or a request, came of; `undefined` if it names none, or names it wrongly. */
export function readTrace({ traceparent, tracestate }: TraceAttributes): SpanContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  if (usual.test(traceparent) && (tracestate === undefined || tracestate === '')) {
    const traceFlags = traceparent.endsWith('1') ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52), traceFlags, isRemote: true };
  }
  const parts = shape.exec(traceparent);
  if (parts === null) return undefined;
  const [text, version, traceId = '', spanId = '', flags = ''] = parts;
  // Only later versions may have more parts.
  if (version === 'ff' || (version === '00' && text.length !== 55)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const state = typeof tracestate === 'string' && tracestate !== '' ? createTraceState(tracestate) : undefined;
  const spanContext = { traceId, spanId, traceFlags, isRemote: true, ...(state && { traceState: state }) };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

const none: TraceAttributes = {};

/** What an envelope carries of the span that made it. */
export function writeTrace(spanContext: SpanContext): TraceAttributes {
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  // The API makes both ids of zeros, or none.
  if (traceId === noTraceId) return none;
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
  const tracestate = traceState?.serialize() ?? '';
  if (tracestate === '' || tracestate.length > longestState) return { traceparent };
  return { traceparent, tracestate };
}
