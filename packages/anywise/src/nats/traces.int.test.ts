import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { memoryStore } from '../memory/store.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { describeTraces } from '../test-support/trace-cases.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();

(reason === undefined ? describe : describe.skip)(`over NATS${reason === undefined ? '' : ` (${reason})`}`, () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  describeTraces((work) => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const servers = server.place;
    return work({ store: () => memoryStore(), transport: () => natsTransport({ servers, prefix }) });
  });
});
