import { context, SpanKind, type Attributes } from '@opentelemetry/api';
import type { Envelope } from '../core/message/envelope.js';
import type { CallInstruments, Handling } from '../core/ports/instrumentation.js';
import type { Meters } from './meters.js';
import { attribute } from './names.js';
import {
  background,
  inSpan,
  parentOf,
  remoteParent,
  secondsSince,
  withError,
  type SpanEnd,
  type SpanRequest,
} from './span.js';
import type { Telemetry } from './telemetry.js';
import { readTrace, writeTrace } from './traceparent.js';

/** Spans and metrics of what is handled while its sender waits. */
export function callInstruments(telemetry: Telemetry, service: string): CallInstruments {
  const known = new WeakMap<Handling, Handled>();
  const handledOf = (what: Handling): Handled => {
    const { kind, type, listener } = what;
    const attributes = {
      [attribute.system]: 'anywise',
      [attribute.kind]: kind,
      [attribute.destination]: type,
      ...(listener !== undefined && { [attribute.subscription]: listener }),
    };
    const name = listener === undefined ? `${kind} ${type}` : `listen ${type}`;
    const handled = { name, options: { kind: SpanKind.INTERNAL, attributes }, attributes };
    known.set(what, handled);
    return handled;
  };

  return {
    continued(attributes) {
      const origin = readTrace(attributes);
      return origin && remoteParent(origin);
    },

    handle(what, within, run) {
      const { meters } = telemetry;
      const handled = known.get(what) ?? handledOf(what);
      const end = meters === undefined ? unmeasured : measuredEnd(meters, handled.attributes);
      return inSpan(telemetry, handled, parentOf(within), (_, own) => context.with(own, run, undefined, own), end);
    },

    ask(request, within, run) {
      const { meters } = telemetry;
      const measured = { ...requestAttributes(request), [attribute.operationName]: 'send' };
      const began = performance.now();
      const ended =
        meters &&
        ((error: string | undefined) =>
          meters.operationDuration.record(secondsSince(began), withError(measured, error)));
      const attributes = { ...measured, [attribute.operationType]: 'send', ...identity(request) };
      const span = { name: `ask ${request.type}`, options: { kind: SpanKind.CLIENT, attributes } };
      return inSpan(
        telemetry,
        span,
        parentOf(within),
        // What the transport does for it is its own affair, and may go on for others long afterwards.
        (own) => context.with(background, () => run(writeTrace(own.spanContext()))),
        { ended },
      );
    },

    answer(request, run, errorOf) {
      const { meters } = telemetry;
      const measured = {
        ...requestAttributes(request),
        [attribute.operationName]: 'process',
        [attribute.consumerGroup]: service,
      };
      const began = performance.now();
      const ended =
        meters &&
        ((error: string | undefined) => meters.processDuration.record(secondsSince(began), withError(measured, error)));
      const attributes = { ...measured, [attribute.operationType]: 'process', ...identity(request) };
      const span = { name: `answer ${request.type}`, options: { kind: SpanKind.SERVER, attributes } };
      const parent = remoteParent(readTrace(request));
      return inSpan(telemetry, span, parent, (_, own) => context.with(own, run, undefined, own), { ended, errorOf });
    },
  };
}

/** What all sends to one handler have in common, made once. */
interface Handled extends SpanRequest {
  readonly attributes: Attributes;
}

const unmeasured = {};

function measuredEnd(meters: Meters, measured: Attributes): SpanEnd<unknown> {
  const began = performance.now();
  return { ended: (error) => meters.sendDuration.record(secondsSince(began), withError(measured, error)) };
}

function requestAttributes({ type, kind }: Envelope): Attributes {
  return { [attribute.system]: 'anywise', [attribute.kind]: kind, [attribute.destination]: type };
}

function identity({ id, correlationid }: Envelope): Attributes {
  return { [attribute.messageId]: id, [attribute.conversation]: correlationid };
}
