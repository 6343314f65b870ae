import type { DashboardSource } from '../source.js';
import type { Sighting } from './tree.js';

/** How many messages of a conversation one store is asked for, in each of its parts. */
export const mostSightings = 500;

/** What all services know of a conversation, by its id or that of one of its messages. */
export async function findConversation(
  sources: readonly DashboardSource[],
  id: string,
  limit = mostSightings,
): Promise<readonly Sighting[]> {
  const found = await look(sources, id, limit);
  // A store that never had this message may have others of its conversation.
  const correlation = found.find(({ correlationId }) => correlationId !== id)?.correlationId;
  return correlation === undefined ? found : look(sources, correlation, limit);
}

async function look(sources: readonly DashboardSource[], id: string, limit: number): Promise<readonly Sighting[]> {
  const parts = await Promise.all(
    sources.map(async ({ service, store }): Promise<readonly Sighting[]> => {
      const seen = (await store.view?.conversation(id, limit)) ?? [];
      return seen.map((each) => ({ ...each, service }));
    }),
  );
  return parts.flat().sort((a, b) => a.since - b.since);
}
