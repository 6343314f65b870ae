import type { StoreView } from 'anywise';
import { HttpError } from '../http/http-error.js';
import type { DashboardSource } from '../source.js';
import { sourceOf, sourcesSeen, type Visit } from '../visit.js';

/** @throws HttpError (503) if the store has none. */
export function viewOf({ service, store }: DashboardSource): StoreView {
  if (store.view !== undefined) return store.view;
  throw new HttpError(503, `The store of ${service} has no view for tools.`);
}

/**
 * The source of the service that the address names, else all that have a view and can be read.
 *
 * @throws HttpError (404) if no source has this name, (503) if its store cannot be read.
 */
export function viewedSources(visit: Pick<Visit, 'world' | 'query' | 'sight'>): readonly DashboardSource[] {
  const only = visit.query.get('service');
  if (only !== null) return [sourceOf(visit, only)];
  return sourcesSeen(visit).filter(({ store }) => store.view !== undefined);
}
