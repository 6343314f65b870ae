import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import { planMigrations } from '../kit/migrations.js';
import { migrationCases } from '../test-support/migration-cases.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { storeMigrations } from './schema.js';
import { transportMigrations } from './transport-schema.js';
import { sqliteStore } from './store.js';

describe('the migrations of an SQLite store', () => {
  it.each(migrationCases)('$behaviour', ({ run }) =>
    inTempFolder(async (folder) => {
      const opened: Store[] = [];
      try {
        await run(async (migrations) => {
          const store = sqliteStore({ path: join(folder, 'store.db'), migrations });
          opened.push(store);
          await store.check();
          return store;
        });
      } finally {
        for (const store of opened) await store.close();
      }
    }),
  );

  it('of the library itself never change once they were released', () => {
    const { apply } = planMigrations([...storeMigrations, ...transportMigrations], []);
    expect(apply.map(({ name, hash }) => `${name} ${hash}`)).toMatchInlineSnapshot(`
      [
        "anywise/001-store MULsJcHv_raVYjPGN3GEMqeL_8tVBHaU6X5DgzDt2ns",
        "anywise/002-lanes gMrfUSVTekbpKUZmm5gtkxpoTqJIG_BuMJ94LdkCKOc",
        "anywise/003-owner C_-hCREaGhIsBc2QnLtMGy7wQ1VS81aiMy-Jk8ITAag",
        "anywise/004-observe LbXQXlnx3eeIN7ArwIaOOnrn1b8xQcF8cQ7sWN9i_mc",
        "anywise/005-events 0iEirC5f4ZDtX4Sy_8MOKeDUq2R8Ls8BQiyY0Lax6IA",
        "anywise/007-projections 2-tP4w9eMakVy_XubP58h9dh2OlPGUFqeZgWdmV6vDs",
        "anywise/008-sagas 4MEBvTHDrN_5gHrMNNEvaH4QlUrfFkYnHdcZvWINaQI",
        "anywise/009-process-health SmJLg9zkqKz1wYkGF2Y-FiX8gSyjxpDAnE5zEIm7v14",
        "anywise/010-replies bdodxvoz1ockAf6Ov1ZntAlKq_QJd4bG4ISr5ZegNsY",
        "anywise/011-projection-faults 1JgIZt0NH8MduSEnBj-7Eji_6gHPo9WbKOl7Z54tL7E",
        "anywise/001-transport K8UZFxrPDXduFOiAuI5xBcHi2xy8fn1QUHq1DphytUo",
        "anywise/002-transport Muj1RIA7yxGsbdlvcSHXqIsFTt6_pGXAraSOljnsKWk",
        "anywise/003-reader 30SZo8v4nAjs93mXtnMJ3ht33XaofqshW5c88ofnZNY",
      ]
    `);
  });
});
