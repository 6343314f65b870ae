import { context, SpanKind, type Attributes, type Context, type Link, type Span } from '@opentelemetry/api';
import { AnywiseError } from '../core/errors/errors.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Claim } from '../core/ports/inbox.js';
import type { AttemptEnd, DeliveryInstruments } from '../core/ports/instrumentation.js';
import { bornAt } from './born-at.js';
import { CommonAttributes, type Common } from './common-attributes.js';
import { errorType } from './error-type.js';
import type { Meters } from './meters.js';
import { attribute, spanEvent } from './names.js';
import { background, failed, inSpan, parentOf, remoteParent, secondsSince, withError } from './span.js';
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
const system = { [attribute.system]: 'anywise' };

/** Spans and metrics of the messages that take the durable way. */
export function deliveryInstruments(telemetry: Telemetry, options: DeliveryOptions): DeliveryInstruments {
  const { service, newTraceAfterMs, recordKeys, now } = options;

  const common = new CommonAttributes(service);

  const spanOf = (claim: Claim, envelope: Envelope | undefined, { name, attributes }: Common, ageMs: number) => {
    const own: Attributes = { ...attributes, [attribute.messageId]: claim.id, [attribute.attempt]: claim.attempt };
    if (envelope !== undefined) {
      own[attribute.conversation] = envelope.correlationid;
      own[attribute.kind] = envelope.kind;
      own[attribute.age] = ageMs / 1_000;
    }
    if (claim.isReplayed === true) own[attribute.replayed] = true;
    if (recordKeys && claim.key !== undefined) own[attribute.key] = claim.key;
    return { name, kind: SpanKind.CONSUMER, attributes: own };
  };

  const count = (end: AttemptEnd, measured: Attributes): void => {
    const { meters } = telemetry;
    if (meters === undefined || end.outcome === 'handled') return;
    if (!('error' in end)) meters.leasesLost.add(1, measured);
    else {
      const counter = end.outcome === 'dead' ? meters.deadLetters : meters.retries;
      counter.add(1, withError(measured, errorType(end.error)));
    }
  };

  return {
    create(envelope, within) {
      const { name, attributes } = common.created(envelope.type, envelope.kind);
      const own: Attributes = {
        ...attributes,
        [attribute.messageId]: envelope.id,
        [attribute.conversation]: envelope.correlationid,
      };
      const request = { kind: SpanKind.PRODUCER, attributes: own };
      const span = telemetry.tracer.startSpan(name, request, parentOf(within));
      span.end();
      return writeTrace(span.spanContext());
    },

    relay(batch, run) {
      const { meters } = telemetry;
      const measured = { ...system, [attribute.operationName]: 'send' };
      const attributes = {
        ...measured,
        [attribute.operationType]: 'send',
        [attribute.batchCount]: batch.length,
      };
      const links = linksTo(batch);
      const began = performance.now();
      const ended =
        meters &&
        ((error: string | undefined) => {
          meters.operationDuration.record(secondsSince(began), withError(measured, error));
          for (const { type } of batch) {
            meters.sent.add(1, withError({ ...measured, [attribute.destination]: type }, error));
          }
        });
      const span = { name: 'send', kind: SpanKind.CLIENT, attributes, links };
      return inSpan(telemetry, span, remoteParent(undefined), () => context.with(background, run), { ended });
    },

    process(claim, run) {
      const { meters } = telemetry;
      const { envelope } = claim;
      const origin = envelope && readTrace(envelope);
      const ageMs = envelope === undefined ? 0 : Math.max(0, now() - bornAt(envelope));
      const continues = origin !== undefined && ageMs < newTraceAfterMs;
      const shared = common.processed(claim.listener, claim.type);
      const { measured } = shared;
      const ended = meters && startProcess(meters, measured, envelope === undefined ? undefined : ageMs);
      const request = spanOf(claim, envelope, shared, ageMs);
      const links = origin === undefined ? undefined : [{ context: origin }];
      const handled = (span: Span, own: Context): Promise<AttemptEnd> =>
        context.with(own, run, undefined, own).then((end) => {
          addEvent(span, end);
          count(end, measured);
          return end;
        });
      return inSpan(telemetry, { ...request, links }, remoteParent(continues ? origin : undefined), handled, {
        ended,
        errorOf: errorOfEnd,
      });
    },

    processBatch(claims, run) {
      const { meters } = telemetry;
      const [first] = claims;
      const { name, measured } = common.processed(first?.listener ?? '', first?.type ?? '');
      const began = performance.now();
      const ended =
        meters &&
        ((error: string | undefined) => {
          meters.consumed.add(claims.length, measured);
          meters.processDuration.record(secondsSince(began), withError(measured, error));
        });
      const attributes = {
        ...measured,
        [attribute.operationType]: 'process',
        [attribute.batchCount]: claims.length,
      };
      const links = linksTo(claims.flatMap(({ envelope }) => envelope ?? []));
      const span = { name, kind: SpanKind.CONSUMER, attributes, links };
      // They come of many traces.
      const parent = remoteParent(undefined);
      return inSpan(telemetry, span, parent, (_, own) => context.with(own, run, undefined, own), { ended });
    },

    buried(entry) {
      const { listener, type, error = '', envelope } = entry;
      const { name, measured, attributes: shared } = common.processed(listener, type);
      const origin = envelope && readTrace(envelope);
      const attributes = { ...shared, [attribute.messageId]: entry.id };
      const links = origin === undefined ? [] : [{ context: origin }];
      const request = { kind: SpanKind.CONSUMER, attributes, links };
      const span = telemetry.tracer.startSpan(name, request, remoteParent(undefined));
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

/** Takes the measures of an attempt that begins, and gives what takes those of its end. */
function startProcess(meters: Meters, measured: Attributes, ageMs: number | undefined) {
  const began = performance.now();
  meters.consumed.add(1, measured);
  if (ageMs !== undefined) meters.deliveryDelay.record(ageMs / 1_000, measured);
  return (error: string | undefined): void =>
    meters.processDuration.record(secondsSince(began), withError(measured, error));
}

function errorOfEnd(end: AttemptEnd): unknown {
  return 'error' in end ? end.error : undefined;
}

/** Links to what has created the messages. */
function linksTo(envelopes: readonly Envelope[]): Link[] {
  return envelopes
    .flatMap((envelope) => readTrace(envelope) ?? [])
    .slice(0, mostLinks)
    .map((origin) => ({ context: origin }));
}

function addEvent(span: Span, end: AttemptEnd): void {
  if (!span.isRecording()) return;
  if (end.outcome === 'retry') span.addEvent(spanEvent.retry, { [attribute.retryInMs]: end.retryInMs ?? 0 });
  if (end.outcome === 'dead') span.addEvent(spanEvent.dead, { [attribute.holdsUp]: end.onDead ?? 'park' });
  if (end.outcome === 'lost') span.addEvent(spanEvent.leaseLost);
}
