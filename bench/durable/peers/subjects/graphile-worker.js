// graphile-worker, job by job, and with all that it can do in batches. A job counts as done when its row is written; the end of
// the job is written later, outside of that transaction.
import { Logger, run, runMigrations } from 'graphile-worker';
import { Pool } from 'pg';
import { makeEffects, together } from './effect.js';

const poolSize = 16;
const silent = new Logger(() => () => undefined);

/** @type {import('../../src/subject.js').Subject} */
export const single = {
  prepare,
  async publisher(url) {
    const pool = new Pool({ connectionString: url, max: poolSize });
    const text = `SELECT graphile_worker.add_job('happened', payload := $1)`;
    return {
      publish: (message) => pool.query({ name: 'add', text, values: [JSON.stringify(message)] }),
      close: () => pool.end(),
    };
  },
  consumer: (url, arrivals) => consume(url, arrivals, { concurrency: poolSize }),
};

/** @type {import('../../src/subject.js').Subject} */
export const batch = {
  prepare,
  async publisher(url) {
    const pool = new Pool({ connectionString: url, max: poolSize });
    const text = `
      SELECT graphile_worker.add_jobs(ARRAY (
        SELECT ROW ('happened', job, NULL, NULL, NULL, NULL, NULL, NULL)::graphile_worker.job_spec
        FROM unnest($1::json[]) AS job))`;
    const add = (messages) => pool.query({ name: 'add', text, values: [messages.map((each) => JSON.stringify(each))] });
    return { publish: together(add), close: () => pool.end() };
  },
  consumer: (url, arrivals) =>
    consume(url, arrivals, {
      concurrency: 64,
      preset: { worker: { localQueue: { size: 200 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    }),
};

async function prepare(url) {
  await makeEffects(url);
  await runMigrations({ connectionString: url, logger: silent });
}

async function consume(url, arrivals, options) {
  const happened = async (message, { query }) => {
    arrivals.arrived(message);
    await query('INSERT INTO effect VALUES ($1, $2)', [message.n, message.filler]);
    arrivals.done();
  };
  const runner = await run({
    connectionString: url,
    noHandleSignals: true,
    maxPoolSize: 20,
    pollInterval: 500,
    logger: silent,
    taskList: { happened },
    ...options,
  });
  return { close: () => runner.stop() };
}
