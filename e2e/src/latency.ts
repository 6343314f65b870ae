// Measures the services as they are, in two processes: `pnpm --filter @anywise/e2e latency`.
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { createClient } from './harness/http-client.js';
import { openShop, type Shop } from './harness/shop.js';
import { createSystem, type Service, type System } from './harness/system.js';

const payments = 300;
const perSecond = 50;
const clients = 16;
const fullLoadMs = 5_000;
const quietMs = 2_000;
const idleMs = 20_000;

const system = await createSystem();
try {
  const services = { payments: system.start('payments'), orders: system.start('orders') };
  await Promise.all([services.payments.url(), services.orders.url()]);
  const shop = openShop({ client: createClient(system.token), ...services });
  await payFor(shop, 'warm-up', 50);

  const { toAnswer, toStart } = await measureLatency(system, shop);
  const rate = await measureThroughput(shop);
  const idle = await measureIdle(services);
  console.table({
    [`payment → 201, ${perSecond}/s, p50`]: `${percentile(toAnswer, 0.5)} ms`,
    [`payment → 201, ${perSecond}/s, p99`]: `${percentile(toAnswer, 0.99)} ms`,
    [`201 → order started, ${perSecond}/s, p50`]: `${percentile(toStart, 0.5)} ms`,
    [`201 → order started, ${perSecond}/s, p99`]: `${percentile(toStart, 0.99)} ms`,
    [`payments, ${clients} clients`]: `${rate.toFixed(0)} /s`,
    ...Object.fromEntries(idle.map(({ slice, percent }) => [`${slice} idle`, `${percent.toFixed(2)} % CPU`])),
  });
} finally {
  await system[Symbol.asyncDispose]();
}

/** Milliseconds from asking for a payment to its answer, and from its answer to its order being started. */
async function measureLatency({ databases }: System, shop: Shop) {
  const orderIds = await placeMany(shop, 'latency', payments);
  const observer = observeStarts(databases.folder);
  const measure = async (orderId: string, index: number) => {
    await delay((index * 1000) / perSecond);
    const askedAt = performance.now();
    const answered = shop.pay(`latency-${index}`, orderId).then(() => performance.now());
    const [startedAt, answeredAt] = await Promise.all([observer.whenStarted(orderId), answered]);
    return { toAnswer: answeredAt - askedAt, toStart: Math.max(0, startedAt - answeredAt) };
  };
  const times = await Promise.all(orderIds.map(measure));
  observer.close();
  return { toAnswer: times.map(({ toAnswer }) => toAnswer), toStart: times.map(({ toStart }) => toStart) };
}

/**
 * Sees in the orders' SQLite file when an order is started. It looks whenever the file is written to, which the kernel
 * tells, and each millisecond, so it is late by a fraction of a millisecond mostly and by one at worst. It does not spin:
 * that would take a core from the services. An order that is started before its payment's answer is here counts as 0.
 */
function observeStarts(folder: string) {
  const database = new DatabaseSync(join(folder, 'orders.db'), { readOnly: true });
  const isStarted = database.prepare(`SELECT 1 FROM customer_order WHERE order_id = ? AND status = 'started'`);
  const awaited = new Map<string, (at: number) => void>();
  const look = () => {
    for (const [orderId, resolve] of awaited) {
      if (isStarted.get(orderId) === undefined) continue;
      awaited.delete(orderId);
      resolve(performance.now());
    }
  };
  const watcher = watch(join(folder, 'orders.db-wal'), look);
  const timer = setInterval(look, 1);
  return {
    whenStarted: (orderId: string) => new Promise<number>((resolve) => void awaited.set(orderId, resolve)),
    close() {
      watcher.close();
      clearInterval(timer);
      database.close();
    },
  };
}

/** Payments a second, each for an order of its own. */
async function measureThroughput(shop: Shop): Promise<number> {
  const orderIds = await placeMany(shop, 'throughput', 4_000);
  const endsAt = performance.now() + fullLoadMs;
  let paid = 0;
  const client = async () => {
    for (;;) {
      const orderId = orderIds.pop();
      if (orderId === undefined || performance.now() > endsAt) return;
      await shop.pay(`throughput-${orderId}`, orderId);
      paid++;
    }
  };
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return (paid * 1000) / (performance.now() - beganAt);
}

/** Percent of one core that each process uses while nothing happens. */
async function measureIdle(services: Record<string, Service>) {
  await delay(quietMs);
  const before = Object.values(services).map(cpuMs);
  await delay(idleMs);
  return Object.entries(services).map(([slice, service], index) => {
    return { slice, percent: ((cpuMs(service) - (before[index] ?? 0)) * 100) / idleMs };
  });
}

/** User and system time so far, by Linux's count of hundredths of a second. */
function cpuMs({ pid }: Service): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function payFor(shop: Shop, name: string, count: number): Promise<void> {
  const orderIds = await placeMany(shop, name, count);
  for (const [index, orderId] of orderIds.entries()) await shop.pay(`${name}-${index}`, orderId);
}

async function placeMany(shop: Shop, name: string, count: number): Promise<string[]> {
  const orderIds: string[] = [];
  for (let from = 0; from < count; from += clients) {
    const keys = Array.from({ length: Math.min(clients, count - from) }, (_, index) => `${name}-${from + index}`);
    orderIds.push(...(await Promise.all(keys.map((key) => shop.place(key)))));
  }
  return orderIds;
}

function percentile(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.ceil(share * sorted.length) - 1] ?? NaN).toFixed(2);
}
