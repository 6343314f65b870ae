import type { DeadLetter, InboxRow } from 'anywise';
import type { DashboardSource } from '../source.js';

/** What waits until a dead letter is replayed or discarded. */
export interface Behind {
  readonly rows: readonly InboxRow[];
  readonly isMore: boolean;
}

const most = 100;

export async function behind({ store: { view } }: DashboardSource, letter: DeadLetter): Promise<Behind> {
  const { listener, key, holdsUp, seq } = letter;
  if (view === undefined || holdsUp === 'nothing') return { rows: [], isMore: false };
  const rows =
    holdsUp === 'key' && key !== undefined
      ? await view.inbox({ listener, key }, { limit: most + 1 })
      : await view.inbox({ state: 'waiting', listener }, { limit: most + 1 });
  const others = rows.filter((row) => row.seq !== seq && row.state === 'waiting');
  return { rows: others.slice(0, most), isMore: rows.length > most };
}
