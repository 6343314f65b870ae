// Records traces and metrics of the whole process, and sends them to where OTEL_EXPORTER_OTLP_ENDPOINT says. It has to run
// before anything else is loaded: node --import @anywise/service/instrumentation dist/main.js
import { register } from 'node:module';
import process from 'node:process';

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  // For packages that are loaded by `import`. It sees only those named here: all others load as ever.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, { data: { include: ['pg'] } });

  const { metrics } = await import('@opentelemetry/api');
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
  const { PgInstrumentation } = await import('@opentelemetry/instrumentation-pg');
  const { defaultResource, detectResources, envDetector } = await import('@opentelemetry/resources');
  const { MeterProvider, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { BatchSpanProcessor, NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');

  // The name of the service is in OTEL_SERVICE_NAME, how much is sampled in OTEL_TRACES_SAMPLER.
  const resource = defaultResource().merge(detectResources({ detectors: [envDetector] }));
  new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] }).register();

  const exportIntervalMillis = Number(process.env.OTEL_METRIC_EXPORT_INTERVAL || 60_000);
  const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis });
  metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: [reader] }));

  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        // Probes come every few seconds, and tell nothing.
        ignoreIncomingRequestHook: ({ url = '' }) => url.startsWith('/health'),
      }),
      new PgInstrumentation(),
    ],
  });
}
