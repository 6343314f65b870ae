import {
  context,
  createContextKey,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
} from '@opentelemetry/api';
import type { Trace } from '../core/ports/instrumentation.js';
import { errorText } from '../core/errors/thrown.js';
import { errorType } from './error-type.js';
import { attribute } from './names.js';
import type { Telemetry } from './telemetry.js';

/** The SDK's own key, which is the same in every copy. */
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Where nothing is recorded, and which belongs to no trace. */
export const background: Context = ROOT_CONTEXT.setValue(suppressed, true);

export interface SpanRequest {
  readonly name: string;
  readonly options: SpanOptions;
}

/** Where a span goes: within the user's own span, if there is one, else within the message that caused it. */
export function parentOf(within: Trace): Context {
  const active = context.active();
  if (within === undefined || trace.getSpan(active) !== undefined) return active;
  return within as Context;
}

/** A parent in another process, or in another time. */
export function remoteParent(origin: SpanContext | undefined): Context {
  return origin === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, origin);
}

/**
 * Runs within a span, and ends it.
 *
 * @param end.result called first with what came of it.
 * @param end.errorOf tells why a result is a failure, if it is.
 * @param end.ended called before the span ends, with the `error.type` if it failed.
 */
export function inSpan<T>(
  telemetry: Telemetry,
  { name, options }: SpanRequest,
  parent: Context,
  run: (span: Span, own: Context) => Promise<T>,
  end: SpanEnd<T>,
): Promise<T> {
  const span = telemetry.tracer.startSpan(name, options, parent);
  const own = trace.setSpan(parent, span);
  const running = run(span, own);
  // Not sampled, and nothing measured: the trace goes on to others, and no promise is added here.
  if (!span.isRecording() && end.ended === undefined) return running;
  return running.then(
    (result) => {
      end.result?.(span, result);
      const error = end.errorOf?.(result);
      end.ended?.(error === undefined ? undefined : failed(span, error));
      span.end();
      return result;
    },
    (error: unknown) => {
      const type = failed(span, error);
      end.ended?.(type);
      span.end();
      throw error;
    },
  );
}

export interface SpanEnd<T> {
  readonly result?: ((span: Span, result: T) => void) | undefined;
  readonly ended?: ((errorType: string | undefined) => void) | undefined;
  readonly errorOf?: ((result: T) => unknown) | undefined;
}

/** Marks a span as failed, and returns the type of the error. */
export function failed(span: Span, error: unknown): string {
  const type = errorType(error);
  if (!span.isRecording()) return type;
  const message = errorText(error);
  span.setAttribute(attribute.errorType, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  const said = { name: type, message };
  try {
    span.recordException(error instanceof Error ? error : said);
  } catch {
    // It throws where it is looked at.
    span.recordException(said);
  }
  return type;
}

/** The milliseconds since `began`, as seconds. */
export function secondsSince(began: number): number {
  return (performance.now() - began) / 1_000;
}

/** Attributes with the type of an error, if there is one. */
export function withError(attributes: Attributes, type: string | undefined): Attributes {
  return type === undefined ? attributes : { ...attributes, [attribute.errorType]: type };
}
