import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A span as it was sent. */
export interface CollectedSpan {
  readonly service: string;
  /** The library that recorded it. */
  readonly scope: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly links?: readonly { readonly spanId: string }[];
}

/** A process that receives what others record, by the JSON of OTLP over HTTP. */
export interface Collector extends AsyncDisposable {
  /** The value of `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** The names of the metrics that came, each with the service. */
  readonly metrics: ReadonlySet<string>;
  /** The spans as an indented text, a line each, in the order in which they began. */
  tree(keep?: (span: CollectedSpan) => boolean): string;
}

interface Resource {
  readonly resource: {
    readonly attributes: readonly { readonly key: string; readonly value: { stringValue?: string } }[];
  };
}

type SentSpan = Omit<CollectedSpan, 'service' | 'scope'>;

interface Traces {
  readonly resourceSpans: readonly (Resource & {
    readonly scopeSpans: readonly { readonly scope: { readonly name: string }; readonly spans: readonly SentSpan[] }[];
  })[];
}

interface Metrics {
  readonly resourceMetrics: readonly (Resource & {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  })[];
}

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const metrics = new Set<string>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.url === '/v1/traces') spans.push(...spansIn(JSON.parse(body) as Traces));
      else for (const name of metricsIn(JSON.parse(body) as Metrics)) metrics.add(name);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    metrics,
    tree: (keep = () => true) => treeOf(spans.filter(keep)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function spansIn({ resourceSpans }: Traces): readonly CollectedSpan[] {
  return resourceSpans.flatMap((from) =>
    from.scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({ ...span, service: serviceOf(from), scope: scope.name })),
    ),
  );
}

function metricsIn({ resourceMetrics }: Metrics): readonly string[] {
  return resourceMetrics.flatMap((from) =>
    from.scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => `${serviceOf(from)} ${name}`)),
  );
}

function serviceOf({ resource }: Resource): string {
  return resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
}

function treeOf(spans: readonly CollectedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const parentOf = ({ parentSpanId = '' }: CollectedSpan): string => (ids.has(parentSpanId) ? parentSpanId : '');
  const linesOf = (parent: string, depth: number): string[] =>
    spans
      .filter((span) => parentOf(span) === parent)
      .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
      .flatMap(({ service, name, spanId, links = [] }) => [
        `${'  '.repeat(depth)}${name} @${service}${depth === 0 && links.length > 0 ? ` (linked to ${links.length})` : ''}`,
        ...linesOf(spanId, depth + 1),
      ]);
  return linesOf('', 0).join('\n');
}
