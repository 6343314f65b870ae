import { describe } from '@jest/globals';
import type { StoreKind } from './databases.js';

/** Describes what every store has to do, once for each. */
export function describeOnEachStore(title: string, body: (kind: StoreKind) => void): void {
  describe(`${title}, on sqlite`, () => body('sqlite'));
  describeOnPostgres(title, () => body('postgres'));
}

/** Describes what PostgreSQL has to do. Without a server for tests it is skipped, and the run says so once. */
export function describeOnPostgres(title: string, body: () => void): void {
  const hasPostgres = (process.env.ANYWISE_TEST_POSTGRES ?? '') !== '';
  (hasPostgres ? describe : describe.skip)(`${title}, on postgres`, body);
}
