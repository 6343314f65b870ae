import { SampleItemCompleted, SampleItemCreated } from '@anywise/contracts/sample-cases';
import { projection, type Event, type Writing } from 'anywise';

/** How often something happened to each, and when it last did. Made from the events, and can be made again. */
export const sampleList = projection('sample-cases.sample-list', {
  version: 1,
  tables: {
    items: 'CREATE TABLE {items} (entity_id TEXT PRIMARY KEY, events INTEGER NOT NULL, changed_at TEXT NOT NULL)',
  },
})
  .on(SampleItemCreated, note)
  .on(SampleItemCompleted, note);

function note({ entityId, timestamp }: Event, { sql, tables: { items }, version }: Writing<'items'>): Promise<number> {
  return sql.run(
    `INSERT INTO ${items} (entity_id, events, changed_at) VALUES (?, ?, ?)
     ON CONFLICT (entity_id) DO UPDATE SET events = excluded.events, changed_at = excluded.changed_at`,
    entityId,
    version,
    timestamp,
  );
}
