import { AnywiseError, share, type SharedTransport, type Transport } from 'anywise';
import { shownValue } from 'anywise/connect';
import { listen, type HttpServer } from 'anywise/express';
import { sleep } from 'anywise/kit';
import type { Express } from 'express';
import { blame } from './config/blame.js';
import { portVariable, readConfig, type ServiceConfig } from './config/config.js';
import { ConfigError, type ConfigProblem } from './config/variable.js';
import type { ServiceDefinition } from './definition.js';
import { createLogger } from './log/logger.js';
import { createService, openTransport } from './service.js';
import { flushTelemetry } from './telemetry.js';

/** EX_CONFIG of sysexits.h: a restart cannot help until the configuration is changed. */
const misconfigured = 78;

/**
 * Runs a service until SIGTERM or SIGINT, then stops it in order: report that it is not ready, accept no new requests,
 * finish pending ones, finish the messages in hand, send the outbox, and what was recorded of all that.
 *
 * It waits for a database that cannot be reached yet, and starts without a broker that cannot be. Each problem in the configuration is reported on one line,
 * and ends the process with exit code 78.
 */
export async function run(definition: ServiceDefinition): Promise<void> {
  await live([definition], async (config) => openTransport(config));
}

/**
 * Runs several services in this process, as {@link run} runs one: each with its own port and store, and all over one
 * transport. What one of them asks another does not leave the process. If one cannot start, none goes on: that ends the
 * process, with what is wrong.
 */
export async function runTogether(definitions: readonly ServiceDefinition[]): Promise<void> {
  let shared: SharedTransport | undefined;
  await live(definitions, async (config) => {
    // The URL is that of all: it is not a setting of one service.
    shared ??= share(await openTransport(config));
    return shared.connect();
  });
}

/** Opens the transport of a service. */
type Connect = (config: ServiceConfig) => Promise<Transport>;

async function live(definitions: readonly ServiceDefinition[], connect: Connect): Promise<void> {
  // First of all: a container's first process ignores signals that it does not listen to.
  const stop = untilSignal();
  try {
    await startAndStop(definitions, connect, stop);
  } catch (error) {
    if (!isMisconfiguration(error)) throw error;
    console.error(error.message);
    process.exitCode = misconfigured;
    // Other parts may still hold timers and files open, but there is nothing left to do.
    process.exit();
  }
}

async function startAndStop(definitions: readonly ServiceDefinition[], connect: Connect, stop: Stop): Promise<void> {
  const services: Running[] = [];
  for (const [definition, config] of readConfigs(definitions)) services.push(await open(definition, config, connect));
  const started = Promise.all(services.map(({ start }) => start(stop.signal))).then(() => true);
  const hasStarted = await Promise.race([started, stop.signalled.then(() => false)]);
  const signal = await stop.signalled;
  await Promise.all(services.map((service) => service.stop(signal, hasStarted)));
  await flushTelemetry();
  process.exit(0);
}

type Configured = readonly [ServiceDefinition, ServiceConfig];

/** @throws ConfigError with the problems of all. What several have in common is said once. */
function readConfigs(definitions: readonly ServiceDefinition[]): readonly Configured[] {
  const problems = new Map<string, ConfigProblem>();
  const configured = definitions.flatMap((definition): readonly Configured[] => {
    try {
      return [[definition, readConfig(definition.manifest, process.env, definition.settings)]];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.set(`${problem.variable} ${problem.wrong}`, problem);
      return [];
    }
  });
  if (problems.size > 0) throw new ConfigError([...problems.values()]);
  return configured;
}

interface Running {
  /** Rejects where it cannot start. */
  readonly start: (signal: AbortSignal) => Promise<void>;
  readonly stop: (signal: string, hasStarted: boolean) => Promise<void>;
}

/** A service that listens, and answers that it is not ready. */
async function open(definition: ServiceDefinition, config: ServiceConfig, connect: Connect): Promise<Running> {
  const { slice, drain } = config;
  const logger = createLogger({ slice, level: config.logLevel });
  const service = await createService(definition, { config, logger, transport: await connect(config) });
  const server = await listenAt(config, service.app);
  return {
    async start(signal) {
      await service.start(signal);
      // Last, because a supervisor that reads this line may send a signal at once.
      logger.info({ url: server.url }, `${slice} accepts requests at ${server.url}`);
    },
    async stop(signal, hasStarted) {
      logger.info({ signal }, `${slice} is stopping`);
      service.retire();
      if (hasStarted && drain.readinessMs > 0) await sleep(drain.readinessMs);
      await server.close({ timeoutMs: drain.httpMs });
      await service.stop({ timeoutMs: drain.busMs });
      logger.info({}, `${slice} has stopped`);
    },
  };
}

interface Stop {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Its name. */
  readonly signalled: Promise<string>;
}

/** Listens to SIGTERM and SIGINT. Only the first counts: one Ctrl-C may come twice, from the terminal and the launcher. */
function untilSignal(): Stop {
  const controller = new AbortController();
  const signalled = new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT']) {
      process.on(name, () => {
        resolve(name);
        controller.abort();
      });
    }
  });
  return { signal: controller.signal, signalled };
}

async function listenAt({ slice, host, port }: ServiceConfig, app: Express): Promise<HttpServer> {
  return blame(portVariable(slice), listen(app, { port, host })).catch((error: unknown) => {
    if (AnywiseError.is(error)) throw error;
    const remedy = 'set it to an address of this machine, such as `127.0.0.1`, or to `0.0.0.0` for all of them';
    throw new ConfigError([
      { variable: 'ANYWISE_HOST', wrong: `is \`${shownValue(host)}\`, which failed (${reasonOf(error)})`, remedy },
    ]);
  });
}

/** Not its message, which repeats the address. */
function reasonOf(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return code;
}

function isMisconfiguration(error: unknown): error is Error {
  if (error instanceof ConfigError) return true;
  // A server that was reachable a moment ago may be back by the next start.
  if (!AnywiseError.is(error) || error.retryable) return false;
  return ['UNAVAILABLE', 'INVALID_URL', 'INVALID_MIGRATION', 'STORE_TAKEN'].includes(error.code);
}
