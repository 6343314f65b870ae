import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import type { Databases, StoreKind } from './databases/databases.js';
import { describeOnEachStore } from './databases/each-store.js';
import { startCollector, type CollectedSpan, type Collector } from './harness/collector.js';
import { createClient } from './harness/http-client.js';
import { createSystem, type Service, type Slice, type System } from './harness/system.js';

const pgScope = '@opentelemetry/instrumentation-pg';

/** Starts a service as it is started in production, with everything recorded. */
function startRecorded(system: System, slice: Slice, { url }: Collector): Service {
  return system.start(slice, {
    NODE_OPTIONS: `--import=${import.meta.resolve('@anywise/service/instrumentation')}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_SERVICE_NAME: slice,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '500',
  });
}

async function begin(kind: StoreKind) {
  const collector = await startCollector();
  const system = await createSystem(kind, { isFromSource: true });
  const services = {
    payments: startRecorded(system, 'payments', collector),
    orders: startRecorded(system, 'orders', collector),
  };
  const client = createClient(system.token);
  return {
    collector,
    system,
    services,
    async call(slice: Slice, method: 'GET' | 'POST', path: string, body?: object) {
      return client(await services[slice].url(), { method, path, ...(body && { body }) });
    },
    /** Ends both services. What they have recorded by then is sent. */
    async end() {
      for (const service of Object.values(services)) await service.kill('SIGTERM');
    },
    async [Symbol.asyncDispose]() {
      await system[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
    },
  };
}

/** The tree without the statements of the database, and without the relays, whose spans are traces of their own. */
function treeOf(collector: Collector): string {
  return collector.tree(({ name, scope }: CollectedSpan) => scope !== pgScope && name !== 'send');
}

/** Waits until the processes have asked their database many times, each by itself. */
async function untilPolled(databases: Databases): Promise<void> {
  const seen = new Set<string>();
  const sql = `SELECT pid || ' ' || query_start AS query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  await eventually(async () => {
    for (const { query } of await databases.rows<{ query: string }>('bus', sql)) seen.add(query);
    expect(seen.size).toBeGreaterThan(30);
  }, 60_000);
}

describeOnEachStore('what two services send to a collector', (kind) => {
  it('is one trace of each request, over both of them', async () => {
    await using world = await begin(kind);
    const { collector } = world;
    const price = { amount: 1250, currency: 'EUR' };
    const placed = await world.call('orders', 'POST', '/orders', { customerId: 'c-1', ...price });
    const { orderId } = placed.body as { orderId: string };
    await world.call('payments', 'POST', '/payments', { orderId, ...price });
    await eventually(() => expect(treeOf(collector)).toContain('process orders.order-started'));
    await world.call('orders', 'GET', `/orders/${orderId}/payment`);
    await eventually(() =>
      expect([...collector.metrics]).toEqual(
        expect.arrayContaining([
          'orders http.server.request.duration',
          'orders messaging.process.duration',
          'orders messaging.client.operation.duration',
          'orders anywise.send.duration',
          'orders anywise.delivery.delay',
          'orders anywise.outbox.messages',
        ]),
      ),
    );
    await world.end();

    expect(treeOf(collector)).toBe(
      [
        'POST @orders',
        '  command orders.place-order @orders',
        '    create orders.order-placed @orders',
        '      process orders.order-placed @orders',
        '        create orders.fulfilment @orders',
        'POST @payments',
        '  command payments.create-payment @payments',
        '    create payments.payment-created @payments',
        '      process payments.payment-created @orders',
        '        create orders.order-started @orders',
        '          process orders.order-started @orders',
        'GET @orders',
        '  query orders.get-order-payment @orders',
        '    ask payments.get-payment-of-order @orders',
        '      answer payments.get-payment-of-order @payments',
      ].join('\n'),
    );
    // The statements of a message are within it; those of the bus itself are not recorded.
    const statements = collector.spans.filter(({ scope }) => scope === pgScope);
    expect(statements.filter(({ parentSpanId }) => parentSpanId === undefined)).toEqual([]);
    const processed = collector.spans.find(({ name }) => name === 'process payments.payment-created');
    const within = statements.filter(({ parentSpanId }) => parentSpanId === processed?.spanId);
    expect(within.length > 0).toBe(kind === 'postgres');
  });

  it('is nothing while they have nothing to do, nor when they stop', async () => {
    await using world = await begin(kind);
    const { collector, services, system } = world;
    for (const service of Object.values(services)) await service.url();
    if (kind === 'postgres') await untilPolled(system.databases);
    await eventually(() => expect(collector.metrics).toContain('orders anywise.outbox.messages'));
    await world.end();
    expect(collector.tree()).toBe('');
  });
});
