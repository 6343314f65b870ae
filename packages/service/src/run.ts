import { AnywiseError } from 'anywise';
import { listen } from 'anywise/express';
import { blame } from './blame.js';
import { ConfigError, portVariable, readConfig } from './config.js';
import type { ServiceDefinition } from './definition.js';
import { createLogger } from './logger.js';
import { startService } from './service.js';

/** EX_CONFIG of sysexits.h: starting again cannot help before somebody has changed something. */
const misconfigured = 78;

/** Within the 5 s that `pnpm dev` allows, and far below the 30 s that Kubernetes does. */
const httpDrainMs = 2_000;
const busDrainMs = 2_000;

/**
 * Runs a service until SIGTERM or SIGINT, then stops it in order: no new requests, finish those in hand, finish the
 * messages in hand, send what waits in the outbox.
 *
 * What is wrong with the configuration is said in one line each, and ends the process with exit code 78.
 */
export async function run(definition: ServiceDefinition): Promise<void> {
  try {
    await start(definition);
  } catch (error) {
    if (!isMisconfiguration(error)) throw error;
    console.error(error.message);
    process.exitCode = misconfigured;
    // The other parts may hold timers and files open, and there is nothing left to do for them.
    process.exit();
  }
}

async function start(definition: ServiceDefinition): Promise<void> {
  const config = readConfig(definition.manifest);
  const logger = createLogger({ slice: config.slice, level: config.logLevel });
  const service = await startService(definition, { config, logger });
  const listening = listen(service.app, { port: config.port, host: config.host });
  const server = await blame(portVariable(config.slice), listening).catch(async (error: unknown) => {
    await service.stop();
    throw error;
  });
  const stop = onceOnly(async (signal: string) => {
    logger.info({ signal }, `${config.slice} is stopping`);
    await server.close({ timeoutMs: httpDrainMs });
    await service.stop({ timeoutMs: busDrainMs });
    logger.info({}, `${config.slice} has stopped`);
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Last, as whoever reads this may send a signal at once.
  logger.info({ url: server.url }, `${config.slice} takes requests at ${server.url}`);
}

/** One Ctrl-C may come as two signals: the terminal's and the launcher's. */
function onceOnly(work: (signal: string) => Promise<void>): (signal: string) => void {
  let begun = false;
  return (signal) => {
    if (begun) return;
    begun = true;
    void work(signal);
  };
}

function isMisconfiguration(error: unknown): error is Error {
  if (error instanceof ConfigError) return true;
  return AnywiseError.is(error) && (error.code === 'UNAVAILABLE' || error.code === 'INVALID_URL');
}
