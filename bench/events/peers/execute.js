import pg from 'pg';

/** @param {string} url @param {string} sql */
export async function execute(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
