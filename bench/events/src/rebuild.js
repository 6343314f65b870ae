import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Anywise,
  Entities,
  MessageRegistry,
  SqlTransaction,
  command,
  contract,
  entity,
  event,
  on,
  projection,
} from 'anywise';
import { z } from 'zod';
import { tookSince } from './took.js';

const data = z.object({ id: z.string(), n: z.number() });
class Add extends command('bench.add', { data: z.object({ id: z.string(), count: z.number() }) }) {}
class Added extends event('bench.added', { data, entityId: ({ id }) => id }) {}

const upsert = `(id, n) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET n = excluded.n`;
const box = entity('bench.box', { state: z.object({ n: z.number() }) })
  .create(Added, ({ n }) => ({ n }))
  .evolve(Added, (_state, { n }) => ({ n }));
const add = on(Add)
  .inject({ entities: Entities })
  .handle(async ({ id, count }, _context, { entities }) => {
    const loaded = await entities.load(box, id);
    const from = loaded.state?.n ?? 0;
    await loaded.append(...Array.from({ length: count }, (_, n) => new Added({ id, n: from + n + 1 })));
  });
const boxes = projection('bench.boxes', {
  version: 1,
  tables: { boxes: 'CREATE TABLE {boxes} (id TEXT PRIMARY KEY, n INTEGER NOT NULL)' },
}).on(Added, ({ id, n }, { sql, tables }) => sql.run(`INSERT INTO ${tables.boxes} ${upsert}`, id, n));

export const migrations = [{ name: 'bench/001', sql: 'CREATE TABLE heard (id TEXT PRIMARY KEY, n INTEGER NOT NULL)' }];
const perBox = 20;

/**
 * One row for each event, by a listener and by a rebuilt projection: what both took, for each round.
 *
 * @param {import('anywise').Store} store
 * @param {{ readonly events: number, readonly rounds: number }} size
 */
export async function measureRebuild(store, { events, rounds }) {
  let gate = deferred();
  let heard = 0;
  const hears = on(Added)
    .named('bench/hears')
    .inject({ sql: SqlTransaction })
    .listen(async ({ id, n }, _context, { sql }) => {
      await gate.promise;
      await sql.run(`INSERT INTO heard ${upsert}`, id, n);
      heard++;
    });
  const bus = new Anywise({
    name: 'bench',
    contracts: [contract('bench', { Add, Added })],
    registries: [new MessageRegistry('bench').register(box, add, boxes, hears)],
    store,
    leaseMs: 600_000,
  });
  await bus.start();
  const found = [];
  let sent = 0;
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < events / perBox; n++) await bus.send(new Add({ id: `b-${round}-${n}`, count: perBox }));
    sent += events;
    const began = globalThis.performance.now();
    const cpu = process.cpuUsage();
    gate.resolve();
    while ((await bus.status())?.inbox.waiting.count !== 0 || heard < sent) await sleep(5);
    const inbox = tookSince(began, cpu, events);
    gate = deferred();
    found.push({ inbox, feed: await rebuild(store, sent) });
  }
  gate.resolve();
  await bus.stop();
  return found;
}

/** @param {import('anywise').Store} store @param {number} events */
async function rebuild({ projections }, events) {
  const began = globalThis.performance.now();
  const cpu = process.cpuUsage();
  const generation = await projections?.rebuild({ name: boxes.name, version: boxes.version });
  const isLive = async () =>
    (await projections?.list())?.some((row) => row.generation === generation && row.state === 'live');
  while (!(await isLive())) await sleep(5);
  return tookSince(began, cpu, events);
}

function deferred() {
  let resolve = () => undefined;
  /** @type {Promise<void>} */
  const promise = new Promise((done) => {
    resolve = () => void done();
  });
  return { promise, resolve: () => resolve() };
}
