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
    const cases = casesFor(transportContract, { ...capabilities, restart: true, cut: true, foreign: true });

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
        write: ({ kind, type, text }) =>
          server.withClient(async (client) => {
            await client.xadd(`${prefix}:log`, '*', 'kind', kind, 'type', type, 'envelope', text);
          }),
      });
    });
  },
);
