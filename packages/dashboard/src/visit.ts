import type { ComponentChildren } from 'preact';
import { awayIn } from './data/snapshot.js';
import type { Sight } from './data/snapshots.js';
import { HttpError } from './http/http-error.js';
import type { KnownViewer, Right } from './rights.js';
import type { DashboardSource } from './source.js';
import { href, type PagePath, type Query } from './ui/href.js';
import type { World } from './world.js';

/** One request, by somebody who may look. */
export interface Visit {
  readonly world: World;
  readonly viewer: KnownViewer;
  /** Where the dashboard is mounted, without a slash at the end. */
  readonly base: string;
  /** What was asked for, below `base`, with its query. */
  readonly asked: string;
  readonly path: PagePath;
  readonly query: URLSearchParams;
  readonly sight: Sight;
}

/** What a page shows. */
export interface Shown {
  /** The heading, and the title of the window. */
  readonly title: string;
  /** What the title counts; none if it counts nothing, or there is nothing. */
  readonly count?: string | undefined;
  /** The page in the navigation that it belongs to. */
  readonly section: PagePath;
  /** It refreshes itself. */
  readonly isLive: boolean;
  /** @defaultValue 200 */
  readonly status?: number | undefined;
  readonly body: ComponentChildren;
}

/** A page. */
export interface Page {
  readonly path: PagePath;
  readonly look: (visit: Visit) => Promise<Shown>;
  /** What its forms do. */
  readonly act?: ((visit: Visit, form: URLSearchParams) => Promise<Shown | Redirect>) | undefined;
}

/** The page to show next. */
export interface Redirect {
  readonly to: string;
}

export function may({ viewer }: Pick<Visit, 'viewer'>, right: Right): boolean {
  return viewer.may.has(right);
}

/** @throws HttpError (403) if the viewer has not this right. */
export function demand({ viewer }: Pick<Visit, 'viewer'>, right: Right): void {
  if (!viewer.may.has(right)) throw new HttpError(403, `${viewer.user} may not ${right} here.`);
}

/** The address of a page of this dashboard. */
export function link({ base }: Pick<Visit, 'base'>, path: PagePath, query?: Query): string {
  return href(base, path, query);
}

/** The sources whose stores can be read now. */
export function sourcesSeen({ world, sight }: Pick<Visit, 'world' | 'sight'>): readonly DashboardSource[] {
  const away = awayIn(sight.snapshot);
  return world.sources.filter(({ service }) => !away.has(service));
}

/** @throws HttpError (404) if no source has this name, (503) if its store cannot be read now. */
export function sourceOf({ world, sight }: Pick<Visit, 'world' | 'sight'>, service: string | null): DashboardSource {
  const found = world.sources.find((source) => source.service === service);
  const away = found && awayIn(sight.snapshot).get(found.service);
  if (away !== undefined) throw new HttpError(503, `The store of ${service ?? ''} cannot be read: ${away}`);
  if (found !== undefined) return found;
  throw new HttpError(
    404,
    service === null ? 'The address names no service.' : `No service \`${service}\` is shown here.`,
  );
}
