import type { StoreView } from 'anywise';
import { HttpError } from '../http/http-error.js';
import type { DashboardSource } from '../source.js';
import { sourceOf, type Visit } from '../visit.js';

/** @throws HttpError (503) if the store has none. */
export function viewOf({ service, store }: DashboardSource): StoreView {
  if (store.view !== undefined) return store.view;
  throw new HttpError(503, `The store of ${service} has no view for tools.`);
}

/**
 * The source of the service that the address names, else all that have a view.
 *
 * @throws HttpError (404) if no source has this name.
 */
export function viewedSources(visit: Pick<Visit, 'world' | 'query'>): readonly DashboardSource[] {
  const only = visit.query.get('service');
  if (only !== null) return [sourceOf(visit, only)];
  return visit.world.sources.filter(({ store }) => store.view !== undefined);
}
