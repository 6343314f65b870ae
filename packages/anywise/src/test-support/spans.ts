import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider } from '@opentelemetry/sdk-metrics';
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';

/** What a test's SDK has recorded. */
export interface Recorded extends AsyncDisposable {
  spans(): readonly ReadableSpan[];
  /**
   * The spans as an indented text, a line each, in the order in which they began. A linked trace is marked, and so is what was
   * replayed.
   *
   * @param options.without leaves out spans of this name.
   */
  tree(options?: { readonly without?: string }): string;
  /** Runs code of the user's within a span of the user's. */
  inSpan<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** The values of a metric, by their attributes as JSON. */
  values(metric: string): Promise<ReadonlyMap<string, unknown>>;
}

/**
 * Registers an SDK that keeps what it is told, until it is disposed of.
 *
 * @param options.contextManager whether the process knows which span it is in. @defaultValue true
 * @param options.traces whether it keeps spans, besides metrics. @defaultValue true
 */
export function recordSpans({
  contextManager = true,
  traces = true,
}: {
  readonly contextManager?: boolean;
  readonly traces?: boolean;
} = {}): Recorded {
  const exporter = new InMemorySpanExporter();
  const spans = new OrderedSpans(exporter);
  const provider = new NodeTracerProvider({ spanProcessors: [spans] });
  if (traces) provider.register({ contextManager: contextManager ? new AsyncLocalStorageContextManager() : null });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(meters);
  return {
    spans: () => exporter.getFinishedSpans(),
    tree: ({ without } = {}) => {
      const finished = new Set(exporter.getFinishedSpans().map((span) => span.spanContext().spanId));
      return treeOf(spans.begun.filter((span) => finished.has(span.spanContext().spanId) && span.name !== without));
    },
    inSpan: (name, run) =>
      trace.getTracer('user').startActiveSpan(name, async (span) => {
        try {
          return await run();
        } finally {
          span.end();
        }
      }),
    async values(metric) {
      await reader.forceFlush();
      const found = metricExporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((one) => one.metrics)
        .find(({ descriptor }) => descriptor.name === metric);
      return new Map(found?.dataPoints.map(({ attributes, value }) => [JSON.stringify(attributes), value]));
    },
    async [Symbol.asyncDispose]() {
      await provider.shutdown();
      await meters.shutdown();
      trace.disable();
      context.disable();
      metrics.disable();
    },
  };
}

/** Keeps the order in which spans began, which their times do not tell: two can begin in one millisecond. */
class OrderedSpans extends SimpleSpanProcessor {
  readonly begun: ReadableSpan[] = [];

  override onStart(span: ReadableSpan): void {
    this.begun.push(span);
  }
}

function treeOf(spans: readonly ReadableSpan[]): string {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const linesOf = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanContext: of }) =>
        parent === undefined ? !ids.has(of?.spanId ?? '') : of?.spanId === parent,
      )
      .flatMap((span) => {
        const isLinked = depth === 0 && span.links.length > 0;
        const events = span.events.map(({ name }) => ` !${name}`).join('');
        const isReplayed = span.attributes['anywise.replayed'] === true;
        const marks = `${isLinked ? ` (linked to ${span.links.length})` : ''}${events}${isReplayed ? ' [replayed]' : ''}`;
        const line = `${'  '.repeat(depth)}${span.name}${marks}`;
        return [line, ...linesOf(span.spanContext().spanId, depth + 1)];
      });
  return linesOf(undefined, 0).join('\n');
}
