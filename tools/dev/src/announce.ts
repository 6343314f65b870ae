import { ConfigError, readConfig, signDevToken } from '@anywise/service';
import { composeBanner } from './banner.js';
import type { WorkspaceCatalog } from './catalog.js';
import { dashboardPort, tryDashboard } from './dashboard.js';
import type { Notes } from './notes.js';
import { untilReady } from './ready.js';
import { findManifests } from './workspace.js';

/** Serves the dashboard, and says where all services are, once they are ready, or why they are not. */
export async function announce(workspace: string, notes: Notes, catalog: WorkspaceCatalog): Promise<void> {
  try {
    const services = findManifests(workspace).map((manifest) => readConfig(manifest));
    const expected = services.map((service) => ({
      ...service,
      isProcess: (pid: number) => notes.pidOf(service.slice) === pid,
    }));
    // Before they are ready: it shows why one is not.
    const port = dashboardPort(process.env);
    const token = services[0]?.auth.kind === 'secret' ? await signDevToken({ user: 'dev' }) : undefined;
    const shown = { catalog: () => catalog.messages, ...(token !== undefined && { token }) };
    const page = port === undefined ? undefined : await tryDashboard(services, port, shown);
    await untilReady(expected, 30_000, (reasons) => console.log(['Not ready after 30 s:', ...reasons].join('\n  ')));

    // Only now: it takes a second in which the services can start.
    if (port !== undefined) catalog.watch();

    if (services.length > 0) process.stdout.write(composeBanner(services, token, page));
  } catch (error) {
    // The services read the same configuration and report it themselves.
    if (!(error instanceof ConfigError)) throw error;
  }
}
