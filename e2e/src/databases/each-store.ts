import { describe, test } from '@jest/globals';
import type { StoreKind } from './databases.js';
import { withServer } from './postgres.js';

/** Describes what every store has to do, once for each. */
export async function describeOnEachStore(title: string, body: (kind: StoreKind) => void): Promise<void> {
  describe(`${title}, on sqlite`, () => body('sqlite'));
  await describeOnPostgres(title, () => body('postgres'));
}

/**
 * Describes what PostgreSQL has to do. Where it cannot be reached, the tests are skipped and the reason is printed, or they
 * fail where `ANYWISE_TEST_SERVERS` is `required`.
 */
export async function describeOnPostgres(title: string, body: () => void): Promise<void> {
  const fullTitle = `${title}, on postgres`;
  const missing = await whyMissing();
  if (missing === undefined) {
    describe(fullTitle, body);
  } else if (process.env.ANYWISE_TEST_SERVERS === 'required') {
    test(fullTitle, () => Promise.reject(new Error(missing)));
  } else {
    process.stderr.write(`Skipped: ${fullTitle}. ${missing}\n`);
    describe.skip(fullTitle, body);
  }
}

async function whyMissing(): Promise<string | undefined> {
  try {
    await withServer((client) => client.query('SELECT 1'));
    return undefined;
  } catch (error) {
    return `PostgreSQL cannot be reached: ${String(error)}`;
  }
}
