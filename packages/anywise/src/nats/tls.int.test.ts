import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { makeCertificates } from '../test-support/certificates.js';
import { startNats, whyNoNats } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;

describeNats(`a NATS server with TLS${reason === undefined ? '' : ` (${reason})`}`, () => {
  it('is used with the authority that signed its certificate, and not without', () =>
    inTempFolder(async (folder) => {
      const { ca, cert, key } = makeCertificates(folder);
      const quoted = JSON.stringify;
      await using server = await startNats([`tls: { cert_file: ${quoted(cert)}, key_file: ${quoted(key)} }`]);
      const servers = server.place.replace('127.0.0.1', 'localhost');
      const trusting = natsTransport({ servers, tls: { ca: readFileSync(ca, 'utf8') } });
      await trusting.check();
      expect(await trusting.publish([testEnvelope()])).toEqual([undefined]);
      await trusting.close();
      for (const tls of [true, undefined] as const) {
        const strict = natsTransport({ servers, ...(tls && { tls }) });
        await expect(strict.check()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
        await expect(strict.check()).rejects.toThrow(/certificate/);
        await strict.close();
      }
    }));
});
