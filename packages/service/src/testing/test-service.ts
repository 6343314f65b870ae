import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Anywise, memoryStore, type Logger, type MessageRegistry, type Transport } from 'anywise';
import { connectTransport } from 'anywise/connect';
import supertest, { type Agent } from 'supertest';
import { signToken, type TokenOptions } from '../auth/sign.js';
import { readConfig } from '../config/config.js';
import type { ServiceDefinition } from '../definition.js';
import { createService, type Service } from '../service.js';
import { silentLogger } from './logs.js';

/** A service in its own folder, called without a fixed port. */
export interface TestService extends AsyncDisposable {
  readonly service: Service;
  /** Sends requests as a user. */
  readonly request: Agent;
  /** Sends requests without a token. */
  readonly anonymous: Agent;
  /** Sends requests as another user, who may have a role. */
  as(user: string, role?: string): Promise<Agent>;
  /** Signs a token that the service accepts, apart from the given changes. */
  token(changes?: Partial<TokenOptions>): Promise<string>;
  /** Starts another bus on the service's transport: the rest of the system. It has the service's contracts. */
  join(...registries: readonly MessageRegistry[]): Promise<Anywise>;
  /** Ends everything and deletes the folder. Idempotent. */
  stop(): Promise<void>;
}

/** Options of a test service. */
export interface TestServiceOptions {
  /** Environment variables, such as those of the slice's own. @defaultValue none */
  readonly env?: Readonly<Record<string, string>>;
  /** @defaultValue writes nothing */
  readonly logger?: Logger;
  /** A transport in place of its own. @defaultValue one in its folder */
  readonly transport?: Transport;
}

/** Starts a service with everything real except the network: SQLite files in a temporary folder, and no log. */
export async function startTestService(
  definition: ServiceDefinition,
  { env = {}, logger = silentLogger, transport }: TestServiceOptions = {},
): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-service-'));
  const secret = randomUUID();
  const ownFiles = { ANYWISE_STORE: `sqlite:${folder}`, ANYWISE_TRANSPORT: `sqlite:${join(folder, 'bus.db')}` };
  const variables = { ...ownFiles, AUTH_SECRET: secret, ...env };
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const start = async () => {
    const config = readConfig(definition.manifest, variables, definition.settings);
    const service = await createService(definition, { config, logger, transport });
    await service.start();
    return { config, service };
  };
  const { config, service } = await start().catch((error: unknown) => {
    removeFolder();
    throw error;
  });
  const others: Anywise[] = [];

  const token = (changes: Partial<TokenOptions> = {}) =>
    signToken({ user: 'ada', secret, expiresInSeconds: 3_600, ...changes });
  const as = async (user: string, role?: string) =>
    supertest.agent(service.app).auth(await token({ user, role }), { type: 'bearer' });
  const stop = async () => {
    await Promise.all([service, ...others].map((running) => running.stop()));
    removeFolder();
  };
  return {
    service,
    request: await as('ada'),
    anonymous: supertest.agent(service.app),
    as,
    token,
    async join(...registries) {
      const other = new Anywise({
        name: 'somebody-else',
        registries,
        contracts: definition.contracts,
        store: memoryStore(),
        transport: await connectTransport(config.transportUrl),
        logger: silentLogger,
      });
      others.push(other);
      await other.start();
      return other;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
