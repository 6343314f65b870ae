import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { connectTransport } from '../connect/connect.js';
import { makeCertificates } from '../test-support/certificates.js';
import { freePort } from '../test-support/free-port.js';
import { startRabbitmq, whyNoRabbitmq } from '../test-support/rabbitmq-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { rabbitmqTransport } from './transport.js';

const reason = whyNoRabbitmq();
const describeRabbitmq = reason === undefined ? describe : describe.skip;
const patient = 240_000;

describeRabbitmq(`a RabbitMQ server with TLS${reason === undefined ? '' : ` (${reason})`}`, () => {
  it(
    'is used with the authority that signed its certificate, and not without',
    () =>
      inTempFolder(async (folder) => {
        const { ca, cert, key } = makeCertificates(folder);
        const port = await freePort();
        await using server = await startRabbitmq({
          configuration: [
            `listeners.ssl.default = 127.0.0.1:${port}`,
            `ssl_options.cacertfile = ${ca}`,
            `ssl_options.certfile = ${cert}`,
            `ssl_options.keyfile = ${key}`,
          ],
        });
        const servers = `localhost:${port}`;
        const trusting = rabbitmqTransport({ servers, tls: { ca: readFileSync(ca) } });
        const ids: string[] = [];
        const options = { consumer: 'orders', types: ['test.happened'], onError: () => undefined };
        await eventually(() => trusting.check());
        await trusting.subscribe(options, async (batch) => {
          for (const one of batch) if ('envelope' in one) ids.push(one.envelope.id);
        });
        expect(await trusting.publish([testEnvelope({ id: 'm' })])).toEqual([undefined]);
        await eventually(() => expect(ids).toEqual(['m']));
        await trusting.close();
        const strict = [rabbitmqTransport({ servers, tls: true }), await connectTransport(`amqps://${servers}`)];
        for (const transport of strict) {
          await expect(transport.check()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
          await expect(transport.check()).rejects.toThrow(/certificate/);
          await transport.close();
        }
        // A client that does not speak TLS, and one that speaks it where the server does not.
        for (const options of [{ servers }, { servers: server.place, tls: true as const }]) {
          const transport = rabbitmqTransport(options);
          await expect(transport.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
          await transport.close();
        }
      }),
    patient,
  );
});
