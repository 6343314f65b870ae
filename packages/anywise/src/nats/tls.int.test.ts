import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startNats, whyNoNats } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;

/** Makes an authority, and a certificate for `localhost` by it, with the `openssl` of the system. */
function makeCertificates(folder: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  const [caKey, ca, key, request, cert, names] = [
    'ca.key',
    'ca.pem',
    'key.pem',
    'request.pem',
    'cert.pem',
    'names',
  ].map((name) => join(folder, name)) as [string, string, string, string, string, string];
  const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: 'pipe' });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(names, 'subjectAltName=DNS:localhost');
  openssl('req', '-x509', ...ec, '-keyout', caKey, '-out', ca, '-days', '2', '-subj', '/CN=Test authority');
  openssl('req', ...ec, '-keyout', key, '-out', request, '-subj', '/CN=nats');
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    '-CA',
    ca,
    '-CAkey',
    caKey,
    '-CAcreateserial',
    '-out',
    cert,
    '-days',
    '2',
    '-extfile',
    names,
  );
  return { ca, cert, key };
}

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
