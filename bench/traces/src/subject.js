// One variant in a process of its own: an SDK is for the whole process, and makes every `await` in it slower.
// `node subject.js <variant> <url of the library>` answers how long a number of messages took.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { URL } from 'node:url';
import { context, metrics, ROOT_CONTEXT } from '@opentelemetry/api';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-node';
import { before, variants } from './variants.js';

/** @typedef {import('./variants.js').CaseName} CaseName */
/** @typedef {{ readonly name: CaseName, readonly messages: number }} Round */
/** @typedef {{ readonly cpuMs: number, readonly ms: number }} Took */

const [name = '', library = ''] = process.argv.slice(2);
const variant = [before, ...variants].find((each) => each.name === name);
if (variant === undefined) throw new Error(`There is no variant \`${name}\`.`);
if (variant.sampled !== undefined) startSdk(variant.sampled, variant);

/** @param {string} entry @returns {Promise<any>} */
const load = (entry) => import(new URL(entry, library).href);
const { Anywise, MessageRegistry, SqlTransaction, command, contract, event, on, type } = await load('index.js');
const { sqliteStore, sqliteTransport } = await load('sqlite/index.js');
const instrumentation =
  variant.isInstrumented === true ? { instrumentation: (await load('otel/index.js')).otel() } : {};

const folder = mkdtempSync(join(tmpdir(), 'anywise-bench-traces-'));
/** @type {new (data: { n: number }) => object} */
const Ping = command('bench.ping', { data: type(), reply: type() });
/** @type {new (data: { n: number }) => object} */
const Happened = event('bench.happened', { data: type(), entityId: (/** @type {any} */ e) => String(e.n % 1_000) });
const bench = contract('bench', { Ping, Happened });
let handled = 0;
/** @type {() => void} */
let untilAll = () => undefined;
let expected = 0;
const effect = on(Happened)
  .named('write-effect')
  .inject({ sql: SqlTransaction })
  .listen(async (/** @type {any} */ { n }, /** @type {unknown} */ _context, /** @type {any} */ { sql }) => {
    await sql.run('INSERT INTO effect VALUES (?)', n);
  });
const migrations = [{ name: 'bench/001-effect', sql: 'CREATE TABLE effect (n INTEGER NOT NULL)' }];
const ping = on(Ping).handle(async (/** @type {any} */ { n }) => n + 1);
const caller = await start('bench', [ping], {});
const publisher = await start('bench', [ping], connections('bench', []));
const consumer = await start('effects', [effect], connections('effects', migrations));
consumer.observe({
  handled() {
    if (++handled === expected) untilAll();
  },
});

/** @type {Readonly<Record<CaseName, (messages: number) => Promise<void>>>} */
const cases = {
  async send(messages) {
    for (let n = 0; n < messages; n++) {
      await caller.send(new Ping({ n }));
      if (n % 500 === 0) await setImmediate();
    }
  },

  async durable(messages) {
    expected = handled + messages;
    const all = new Promise((resolve) => (untilAll = () => void resolve(undefined)));
    let next = 0;
    const publish = async () => {
      while (next < messages) await publisher.publish(new Happened({ n: next++ }));
    };
    await Promise.all(Array.from({ length: 64 }, publish));
    await all;
  },
};

process.on('message', async (/** @type {Round | 'end'} */ round) => {
  if (round === 'end') {
    for (const bus of [caller, publisher, consumer]) await bus.stop();
    rmSync(folder, { recursive: true });
    process.exit();
  }
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await cases[round.name](round.messages);
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({ cpuMs: (user + system) / 1_000, ms: performance.now() - began });
});
process.on('disconnect', () => process.exit(1));
process.send?.('ready');

/** @param {string} name @param {readonly unknown[]} items @param {object} parts */
async function start(name, items, parts) {
  const registries = [new MessageRegistry(name).register(...items)];
  const bus = new Anywise({ name, contracts: [bench], registries, ...instrumentation, ...parts });
  await bus.start();
  return bus;
}

/** @param {string} name @param {readonly unknown[]} migrations */
function connections(name, migrations) {
  const store = sqliteStore({ path: join(folder, `${name}.db`), migrations });
  return { store, transport: sqliteTransport({ path: join(folder, 'bus.db') }) };
}

/**
 * An SDK that does all its work, but sends nothing.
 *
 * @param {number} sampled @param {import('./variants.js').Variant} variant
 */
function startSdk(sampled, { knowsContext = false, isMeasured = false }) {
  const exporter = {
    export: (/** @type {unknown} */ _spans, /** @type {(result: { code: number }) => void} */ done) =>
      done({ code: 0 }),
    shutdown: async () => undefined,
  };
  const provider = new NodeTracerProvider({
    sampler: new TraceIdRatioBasedSampler(sampled),
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 100_000, maxExportBatchSize: 512 })],
  });
  provider.register(knowsContext ? {} : { contextManager: null });
  // The first one that enters a context makes every `await` slower, from then on.
  context.with(ROOT_CONTEXT, () => undefined);
  if (!isMeasured) return;
  const reader = new PeriodicExportingMetricReader({
    exporter: { ...exporter, forceFlush: async () => undefined },
    exportIntervalMillis: 10_000,
  });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
}
