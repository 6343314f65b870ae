import {
  context,
  SpanKind,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
} from '@opentelemetry/api';
import { AnywiseError } from '../core/errors/errors.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Claim } from '../core/ports/inbox.js';
import type { AttemptEnd, DeliveryInstruments } from '../core/ports/instrumentation.js';
import { bornAt } from './born-at.js';
import { CommonAttributes, type Common } from './common-attributes.js';
import { errorType } from './error-type.js';
import type { Meters } from './meters.js';
import { attribute, spanEvent } from './names.js';
import { background, failed, inSpan, parentOf, remoteParent, secondsSince, withError, type SpanEnd } from './span.js';
import type { Telemetry } from './telemetry.js';
import { readTrace, writeTrace } from './traceparent.js';

export interface DeliveryOptions {
  readonly service: string;
  /** A message older than this begins a trace of its own, in milliseconds. */
  readonly newTraceAfterMs: number;
  /** Whether the keys of messages are recorded. */
  readonly recordKeys: boolean;
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** The SDK keeps no more. */
const mostLinks = 128;
const sending = { [attribute.system]: 'anywise', [attribute.operationName]: 'send' };

/** Spans and metrics of the messages that take the durable way. */
export function deliveryInstruments(telemetry: Telemetry, options: DeliveryOptions): DeliveryInstruments {
  const { service, newTraceAfterMs, recordKeys, now } = options;

  const common = new CommonAttributes(service);

  /** What no sampler asks for is set only on what is recorded: an SDK copies what a span is made with several times. */
  const identify = (span: Span, claim: Claim, envelope: Envelope | undefined, ageMs: number): void => {
    if (!span.isRecording()) return;
    span.setAttribute(attribute.messageId, claim.id);
    span.setAttribute(attribute.attempt, claim.attempt);
    if (envelope !== undefined) {
      span.setAttribute(attribute.conversation, envelope.correlationid);
      span.setAttribute(attribute.kind, envelope.kind);
      span.setAttribute(attribute.age, ageMs / 1_000);
    }
    if (claim.isReplayed === true) span.setAttribute(attribute.replayed, true);
    if (recordKeys && claim.key !== undefined) span.setAttribute(attribute.key, claim.key);
  };

  return {
    create(envelope, within) {
      const { name, options: made } = common.created(envelope.type, envelope.kind);
      const span = telemetry.tracer.startSpan(name, made, parentOf(within));
      if (span.isRecording()) {
        span.setAttribute(attribute.messageId, envelope.id);
        span.setAttribute(attribute.conversation, envelope.correlationid);
        span.end();
      }
      return writeTrace(span.spanContext());
    },

    relay(batch, run) {
      const { meters } = telemetry;
      const began = performance.now();
      const ended =
        meters &&
        ((error: string | undefined) => {
          meters.operationDuration.record(secondsSince(began), withError(sending, error));
          for (const [type, count] of countsIn(batch)) meters.sent.add(count, withError(common.sent(type), error));
        });
      const attributes = { ...sending, [attribute.operationType]: 'send', [attribute.batchCount]: batch.length };
      const options = { kind: SpanKind.CLIENT, attributes, links: linksTo(batch) };
      const span = { name: 'send', options };
      return inSpan(telemetry, span, remoteParent(undefined), () => context.with(background, run), { ended });
    },

    process(claim, run) {
      const { meters } = telemetry;
      const { envelope } = claim;
      const origin = envelope && readTrace(envelope);
      const ageMs = envelope === undefined ? 0 : Math.max(0, now() - bornAt(envelope));
      const continues = origin !== undefined && ageMs < newTraceAfterMs;
      const { name, options, measured } = common.processed(claim.listener, claim.type);
      const end = meters === undefined ? unmeasured : measuredEnd(meters, measured, envelope && ageMs);
      const request = { name, options: origin === undefined ? options : linked(options, origin) };
      const attempt = (span: Span, own: Context): Promise<AttemptEnd> => {
        identify(span, claim, envelope, ageMs);
        return context.with(own, run, undefined, own);
      };
      return inSpan(telemetry, request, remoteParent(continues ? origin : undefined), attempt, end);
    },

    processBatch(claims, run) {
      const { meters } = telemetry;
      const [first] = claims;
      const { name, measured, options: alone } = common.processed(first?.listener ?? '', first?.type ?? '');
      const began = performance.now();
      const ended =
        meters &&
        ((error: string | undefined) => {
          meters.consumed.add(claims.length, measured);
          meters.processDuration.record(secondsSince(began), withError(measured, error));
        });
      const attributes = { ...alone.attributes, [attribute.batchCount]: claims.length };
      const links = linksTo(claims.flatMap(({ envelope }) => envelope ?? []));
      const span = { name, options: { ...alone, attributes, links } };
      // They come of many traces.
      const parent = remoteParent(undefined);
      return inSpan(telemetry, span, parent, (_, own) => context.with(own, run, undefined, own), { ended });
    },

    buried(entry) {
      const { listener, type, error = '', envelope } = entry;
      const { name, measured, options } = common.processed(listener, type);
      const origin = envelope && readTrace(envelope);
      const made = origin === undefined ? options : linked(options, origin);
      const span = telemetry.tracer.startSpan(name, made, remoteParent(undefined));
      span.setAttribute(attribute.messageId, entry.id);
      const unreadable = new AnywiseError('UNREADABLE_MESSAGE', error);
      // It was thrown nowhere.
      delete unreadable.stack;
      const errorName = failed(span, unreadable);
      span.addEvent(spanEvent.dead);
      span.end();
      telemetry.meters?.deadLetters.add(1, withError(measured, errorName));
    },
  };
}

const unmeasured: SpanEnd<AttemptEnd> = { result: addEvent, errorOf: errorOfEnd };

/** Takes the measures of an attempt that begins, and gives what takes those of its end. */
function measuredEnd(meters: Meters, measured: Attributes, ageMs: number | undefined): SpanEnd<AttemptEnd> {
  const began = performance.now();
  meters.consumed.add(1, measured);
  if (ageMs !== undefined) meters.deliveryDelay.record(ageMs / 1_000, measured);
  return {
    result(span, end) {
      addEvent(span, end);
      count(meters, end, measured);
    },
    errorOf: errorOfEnd,
    ended: (error) => meters.processDuration.record(secondsSince(began), withError(measured, error)),
  };
}

function count(meters: Meters, end: AttemptEnd, measured: Attributes): void {
  if (end.outcome === 'handled') return;
  if (!('error' in end)) meters.leasesLost.add(1, measured);
  else {
    const counter = end.outcome === 'dead' ? meters.deadLetters : meters.retries;
    counter.add(1, withError(measured, errorType(end.error)));
  }
}

function errorOfEnd(end: AttemptEnd): unknown {
  return 'error' in end ? end.error : undefined;
}

/** How many messages there are of each type. */
function countsIn(batch: readonly Envelope[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of batch) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** The same with a link to what has created the message. */
function linked({ kind, attributes }: Common['options'], origin: SpanContext): SpanOptions {
  return { kind, attributes, links: [{ context: origin }] };
}

/** Links to what has created the messages. */
function linksTo(envelopes: readonly Envelope[]): Link[] {
  const links: Link[] = [];
  for (const envelope of envelopes) {
    const origin = readTrace(envelope);
    if (origin !== undefined && links.push({ context: origin }) === mostLinks) break;
  }
  return links;
}

function addEvent(span: Span, end: AttemptEnd): void {
  if (!span.isRecording()) return;
  if (end.outcome === 'retry') span.addEvent(spanEvent.retry, { [attribute.retryInMs]: end.retryInMs ?? 0 });
  if (end.outcome === 'dead') span.addEvent(spanEvent.dead, { [attribute.holdsUp]: end.onDead ?? 'park' });
  if (end.outcome === 'lost') span.addEvent(spanEvent.leaseLost);
}
