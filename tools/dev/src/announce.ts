import { ConfigError, readConfig, signToken } from '@anywise/service';
import { composeBanner } from './banner.js';
import { whenAbandoned } from './launchers.js';
import { untilReady } from './ready.js';
import { findManifests, workspace } from './workspace.js';

// Ctrl-C is how `pnpm dev` ends: no failure of this task.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
whenAbandoned(() => process.exit(0));

try {
  const services = findManifests(workspace).map((manifest) => readConfig(manifest));
  await untilReady(services, 30_000, (reasons) => console.log(['Not ready after 30 s:', ...reasons].join('\n  ')));

  const secret = services[0]?.authSecret;
  if (secret !== undefined) {
    const token = await signToken({ user: 'dev', secret, expiresInSeconds: 12 * 60 * 60 });
    process.stdout.write(composeBanner(services, token));
  }
} catch (error) {
  // The services have read the same and say it themselves.
  if (!(error instanceof ConfigError)) throw error;
}
