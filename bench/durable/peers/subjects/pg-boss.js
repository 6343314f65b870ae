// pg-boss, job by job, and in batches. It polls, at the shortest interval that it allows, so its rate is that of polling. A job
// counts as done when its row is written; the end of the jobs is written later, outside of that transaction.
import PgBoss from 'pg-boss';
import { Pool } from 'pg';
import { makeEffects, together } from './effect.js';

const poolSize = 16;
const workers = 4;

/** @type {import('../../src/subject.js').Subject} */
export const single = {
  prepare,
  async publisher(url) {
    const boss = await start(url, { supervise: false, schedule: false });
    return { publish: (message) => boss.send('happened', message), close: () => stop(boss) };
  },
  consumer: (url, arrivals) =>
    consume(url, arrivals, 50, (pool, jobs) =>
      Promise.all(jobs.map(({ data }) => pool.query('INSERT INTO effect VALUES ($1, $2)', [data.n, data.filler]))),
    ),
};

/** @type {import('../../src/subject.js').Subject} */
export const batch = {
  prepare,
  async publisher(url) {
    const boss = await start(url, { supervise: false, schedule: false });
    const add = (messages) => boss.insert(messages.map((data) => ({ name: 'happened', data })));
    return { publish: together(add), close: () => stop(boss) };
  },
  consumer: (url, arrivals) =>
    consume(url, arrivals, 200, (pool, jobs) =>
      pool.query('INSERT INTO effect SELECT * FROM unnest($1::integer[], $2::text[])', [
        jobs.map(({ data }) => data.n),
        jobs.map(({ data }) => data.filler),
      ]),
    ),
};

async function prepare(url) {
  await makeEffects(url);
  const boss = await start(url);
  await boss.createQueue('happened');
  await stop(boss);
}

async function start(url, options = {}) {
  const boss = new PgBoss({ connectionString: url, max: poolSize, ...options });
  boss.on('error', () => undefined);
  await boss.start();
  return boss;
}

function stop(boss) {
  return boss.stop({ graceful: false, wait: true });
}

async function consume(url, arrivals, batchSize, write) {
  const pool = new Pool({ connectionString: url, max: poolSize });
  const boss = await start(url, { max: 8 });
  const work = async (jobs) => {
    for (const { data } of jobs) arrivals.arrived(data);
    await write(pool, jobs);
    for (const _job of jobs) arrivals.done();
  };
  for (let n = 0; n < workers; n++) {
    await boss.work('happened', { batchSize, pollingIntervalSeconds: 0.5 }, work);
  }
  return {
    async close() {
      await stop(boss);
      await pool.end();
    },
  };
}
