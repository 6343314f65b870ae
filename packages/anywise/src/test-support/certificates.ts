import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of files in PEM. */
export interface Certificates {
  /** Of the authority. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority, and a certificate for `localhost` by it, with the `openssl` of the system. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string): string => join(folder, name);
  const { ca, cert, key } = { ca: at('ca.pem'), cert: at('cert.pem'), key: at('key.pem') };
  const openssl = (...args: readonly string[]): Buffer => execFileSync('openssl', args, { stdio: 'pipe' });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost');
  openssl('req', '-x509', ...ec, '-keyout', at('ca.key'), '-out', ca, '-days', '2', '-subj', '/CN=Test authority');
  openssl('req', ...ec, '-keyout', key, '-out', at('request.pem'), '-subj', '/CN=server');
  const signing = ['-CA', ca, '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names')];
  openssl('x509', '-req', '-in', at('request.pem'), '-out', cert, ...signing);
  return { ca, cert, key };
}
