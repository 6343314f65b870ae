import type { CatalogMessage } from 'anywise/docs';
import type { Apis } from './apis/apis.js';
import type { Arrivals } from './flow/arrivals.js';
import type { PageAssets } from './http/assets.js';
import type { Snapshots } from './data/snapshots.js';
import type { DashboardSource } from './source.js';

/** What every page needs, made once for a dashboard. */
export interface World {
  readonly sources: readonly DashboardSource[];
  readonly snapshots: Snapshots;
  /** What messages went where, as far as it was seen. */
  readonly arrivals: Arrivals;
  readonly assets: PageAssets;
  readonly showData: boolean;
  readonly redact: ((type: string, data: unknown) => unknown) | undefined;
  /** What the code says of messages, if the dashboard was given it. */
  readonly catalog: (() => readonly CatalogMessage[]) | undefined;
  /** The HTTP routes of services, if the dashboard was given their documents. */
  readonly apis: Apis | undefined;
  readonly traceUrl: ((traceId: string) => string) | undefined;
}
