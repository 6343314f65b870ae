import { ConfigError, readConfig, signDevToken } from '@anywise/service';
import { composeBanner } from './banner.js';
import { whenAbandoned } from './launchers.js';
import { notesVariable, openNotes } from './notes.js';
import { untilReady } from './ready.js';
import { findManifests, workspace } from './workspace.js';

// `pnpm dev` ends with Ctrl-C, so this is no failure of the task.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
whenAbandoned(() => process.exit(0));

try {
  const notes = openNotes(process.env[notesVariable]);
  const services = findManifests(workspace).map((manifest) => readConfig(manifest));
  const expected = services.map((service) => ({
    ...service,
    // Run by turbo alone, there are no notes to compare with.
    isProcess: (pid: number) => process.env[notesVariable] === undefined || notes.pidOf(service.slice) === pid,
  }));
  await untilReady(expected, 30_000, (reasons) => console.log(['Not ready after 30 s:', ...reasons].join('\n  ')));

  const canSign = services[0]?.auth.kind === 'secret';
  if (services.length > 0)
    process.stdout.write(composeBanner(services, canSign ? await signDevToken({ user: 'dev' }) : undefined));
} catch (error) {
  // The services read the same configuration and report it themselves.
  if (!(error instanceof ConfigError)) throw error;
}
