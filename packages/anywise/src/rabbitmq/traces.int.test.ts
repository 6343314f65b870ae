import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { memoryStore } from '../memory/store.js';
import { startRabbitmq, whyNoRabbitmq, type RabbitmqServer } from '../test-support/rabbitmq-server.js';
import { describeTraces } from '../test-support/trace-cases.js';
import { rabbitmqTransport } from './transport.js';

const reason = whyNoRabbitmq();
const startsWithinMs = 120_000;

(reason === undefined ? describe : describe.skip)(`over RabbitMQ${reason === undefined ? '' : ` (${reason})`}`, () => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await startRabbitmq();
  }, startsWithinMs);
  afterAll(async () => server[Symbol.asyncDispose]());

  describeTraces((work) => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const servers = server.place;
    return work({ store: () => memoryStore(), transport: () => rabbitmqTransport({ servers, prefix }) });
  });
});
