import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { Transport } from 'anywise';
import { casesFor, transportContract } from 'anywise/testing';
import { durable, startRedis, whyNoRedis, type RedisServer } from './test-support/redis-server.js';
import { redisTransport } from './transport.js';

const reason = whyNoRedis();

(reason === undefined ? describe : describe.skip)(
  `the Redis transport${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis(durable);
    });
    afterAll(async () => server[Symbol.asyncDispose]());

    const { capabilities } = redisTransport({ durable: true });
    const abilities = { restart: true, cut: true, outage: true, full: true, foreign: true };
    const cases = casesFor(transportContract, { ...capabilities, ...abilities });

    it.each(cases)('$behaviour', async ({ run }) => {
      const prefix = `test-${randomUUID()}`;
      const names = new Map<Transport, string>();
      await run({
        connect: () => {
          const name = `${prefix}-${names.size}`;
          const transport = redisTransport({ url: `${server.url}?connectionName=${name}`, prefix, durable: true });
          names.set(transport, name);
          return transport;
        },
        cut: (transport) => server.disconnect(names.get(transport) ?? ''),
        restart: async () => {
          await server.kill();
          await server.start();
        },
        outage: async (work) => {
          await server.kill();
          return work().finally(() => server.start());
        },
        full: async (work) => {
          await server.withClient((client) => client.config('SET', 'maxmemory', '1'));
          return work().finally(() => server.withClient((client) => client.config('SET', 'maxmemory', '0')));
        },
        write: ({ kind, type, text }) =>
          server.withClient(async (client) => {
            await client.xadd(`${prefix}:log`, '*', 'kind', kind, 'type', type, 'envelope', text);
          }),
      });
    });
  },
);
