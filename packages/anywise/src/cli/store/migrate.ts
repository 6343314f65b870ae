import { connectStore } from '../../connect/connect.js';
import { schemes } from '../../connect/schemes.js';
import { schemeOf } from '../../core/errors/shown.js';
import type { PendingMigrations } from '../../core/ports/sql.js';
import type { Action } from '../action.js';
import { cannotKeep, findStore, type StorePlace } from '../open-store.js';

export const migrate: Action = {
  name: 'migrate',
  summary: 'brings the tables of a store up to date, as a starting service does',
  options: ['dry-run', 'store', 'service'],
  storeless: true,
  notes:
    "All in one transaction, while services run or not. With `--service` it makes the store if there is none. A service migrates tables of its own, and the transport's, when it starts.",
  example: 'store migrate --dry-run --service orders',
  async run({ options, terminal }) {
    const place = await findStore(options, terminal);
    const { service, url } = place;
    // Opens nothing yet, and refuses what a service would be refused.
    const store = await connectStore(url, { name: service });
    try {
      const found = await pendingAt(place);
      const { migrations } = found;
      if (options.dryRun) {
        const pending = migrations.map(({ name, sql }) => ({ name, sql }));
        return { exitCode: 0, json: { service, applied: [], pending }, text: forecast(place, found) };
      }
      await store.check();
      const applied = migrations.map(({ name }) => name);
      return { exitCode: 0, json: { service, applied, pending: [] }, text: report(place, found) };
    } finally {
      await store.close();
    }
  },
};

async function pendingAt({ url, service }: StorePlace): Promise<PendingMigrations> {
  const scheme = schemeOf(url) ?? '';
  const pending = schemes.get(scheme)?.pending;
  if (pending === undefined) throw cannotKeep(scheme);
  return pending(url, service);
}

function forecast({ service, shown }: StorePlace, { isThere, migrations }: PendingMigrations): string {
  if (!isThere) return `\`${shown}\` has no store of \`${service}\` yet. It would be made:\n${listed(migrations)}`;
  if (migrations.length === 0) return `The store of \`${service}\` is up to date.`;
  return `The store of \`${service}\` would be migrated:\n${listed(migrations)}`;
}

function report({ service, shown }: StorePlace, { isThere, migrations }: PendingMigrations): string {
  if (!isThere) return `Made the store of \`${service}\` in \`${shown}\`:\n${listed(migrations)}`;
  if (migrations.length === 0) return `The store of \`${service}\` was up to date.`;
  return `Migrated the store of \`${service}\`:\n${listed(migrations)}`;
}

function listed(migrations: PendingMigrations['migrations']): string {
  return migrations.map(({ name }) => `  ${name}`).join('\n');
}
