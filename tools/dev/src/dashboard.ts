import { dashboard, storeSource } from '@anywise/dashboard';
import type { ServiceConfig } from '@anywise/service';
import { AnywiseError } from 'anywise';
import { connectStore } from 'anywise/connect';
import type { CatalogMessage } from 'anywise/docs';
import { listen } from 'anywise/express';
import { apisOf } from './apis.js';

const defaultPort = 3000;

/** The port of `DASHBOARD_PORT`; `undefined` if what it says is not a port. */
export function dashboardPort({ DASHBOARD_PORT: text = '' }: NodeJS.ProcessEnv): number | undefined {
  if (text === '') return defaultPort;
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

/** What the page shows besides the stores. */
interface Shown {
  /** What the code says of messages. */
  readonly catalog: () => readonly CatalogMessage[];
  /** What the services let in, to read their documents with; without one, it shows none. */
  readonly token?: string;
}

/**
 * Serves a page over the stores of all services, whether they run or not. Returns its address.
 *
 * @throws AnywiseError that says why there is none.
 */
async function serveDashboard(
  services: readonly Pick<ServiceConfig, 'slice' | 'host' | 'port' | 'storeUrl'>[],
  port: number,
  { catalog, token }: Shown,
): Promise<string> {
  const sources = await Promise.all(
    services.map(async ({ slice, storeUrl }) => storeSource(slice, await connectStore(storeUrl, { name: slice }))),
  );
  const openapi = token === undefined ? {} : { openapi: async () => apisOf(services, token) };
  const { url } = await listen(dashboard(sources, { catalog, ...openapi }), { port });
  return url;
}

/** The same, or why there is none: services run without it. */
export async function tryDashboard(...call: Parameters<typeof serveDashboard>): Promise<string> {
  try {
    return await serveDashboard(...call);
  } catch (error) {
    if (!AnywiseError.is(error)) throw error;
    return `none: ${error.message}`;
  }
}
