import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Anywise } from '../core/bus/anywise.js';
import { expectLateStart } from '../test-support/late-transport.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { silent, startBus } from '../test-support/start-bus.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;

describeNats(`a NATS server at the start of a service${reason === undefined ? '' : ` (${reason})`}`, () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats([
      'accounts: {',
      '  full: { jetstream: enabled, users: [',
      '    { user: ada, password: s3cret },',
      '    { user: reader, password: s3cret, permissions: { publish: ["_INBOX.>"] } } ] }',
      '  plain: { users: [ { user: plain, password: s3cret } ] } }',
      'no_auth_user: ada',
    ]);
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const newPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;

  it('that is there only afterwards gets what was published meanwhile', async () => {
    await server.kill();
    const prefix = newPrefix();
    await expectLateStart(
      () => natsTransport({ servers: server.place, prefix }),
      () => server.start(),
    );
  });

  it.each([
    ['refuses the credentials', { user: 'ada', password: 'wrong' }],
    ['lets the user do too little', { user: 'reader', password: 's3cret' }],
    ['has no JetStream for the account', { user: 'plain', password: 's3cret' }],
    ['has no stream, where none may be made', { manage: false }],
  ])('that %s stops the start, as waiting does not help', async (_why, options) => {
    const started = startBus({ transport: natsTransport({ servers: server.place, prefix: newPrefix(), ...options }) });
    await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await expect(started).rejects.not.toThrow('s3cret');
  });

  it('never gets a secret into an error, wherever it was written', async () => {
    const secret = (): string => `s${randomBytes(9).toString('base64')}!#?/@:%`;
    for (let n = 0; n < 20; n++) {
      const [user, password, token] = [secret(), secret(), secret()];
      const credentials = `-----BEGIN NATS USER JWT-----\n${secret()}\n`;
      const place = n % 2 === 0 ? server.place : '127.0.0.1:9';
      const written = [
        { user, password },
        { token },
        { credentials },
        { servers: `nats://${user}:${password}@${place}` },
      ];
      for (const options of written) {
        const transport = natsTransport({ servers: place, prefix: newPrefix(), ...options });
        const error = await transport.check().then(
          () => '',
          (failure: unknown) => inspect({ ...Object(failure), text: String(failure) }, { depth: 0 }),
        );
        for (const one of [user, password, token, credentials.split('\n')[1]]) expect(error).not.toContain(one);
        await transport.close();
      }
    }
  });

  it('that takes the connection but says nothing does not hold up a stop', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const bus = new Anywise({
      name: 'test',
      transport: natsTransport({ servers: `127.0.0.1:${port}` }),
      logger: silent,
    });
    const started = bus.start().catch((error: unknown) => error);
    const [socket] = (await once(mute, 'connection')) as [Socket];
    const began = performance.now();
    await bus.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await started).toMatchObject({ code: 'NOT_RUNNING' });
    socket.destroy();
    mute.close();
  });
});
