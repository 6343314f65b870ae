import { AnywiseError } from '../core/errors/errors.js';
import { readBytes } from './read-bytes.js';

/** The options of a NATS transport that a URL can carry. */
export interface NatsUrl {
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly tls?: true;
  readonly prefix?: string;
  readonly replicas?: number;
  readonly manage?: boolean;
  readonly maxMessageBytes?: number;
}

const known = new Set(['prefix', 'replicas', 'manage', 'maxMessageBytes']);

/**
 * Reads `nats://user:password@host:4222,other:4222?prefix=…`; `tls://` for TLS.
 *
 * @throws AnywiseError (`INVALID_URL`), which does not show the URL, because it may contain a password.
 */
export function readNatsUrl(text: string): NatsUrl {
  const [, scheme, credentials, hosts, query = ''] =
    /^(nats|tls):\/\/(?:([^/?#]*)@)?([^/?#@]+)\/?(?:\?([^#]*))?$/i.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw invalid(
      'The URL of NATS cannot be read. Write `nats://user:password@host:4222`, with special characters percent-encoded.',
    );
  }
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw invalid(
      `\`${unknown[0]}=\` is not an option of NATS. Use ${[...known].map((name) => `\`${name}=\``).join(', ')}.`,
    );
  }
  const maxMessageBytes = readBytes('maxMessageBytes', parameters.get('maxMessageBytes'));
  return {
    servers: hosts.split(',').map(hostOf),
    ...credentialsOf(credentials),
    ...(scheme.toLowerCase() === 'tls' ? { tls: true } : {}),
    ...optional('prefix', parameters.get('prefix') ?? undefined),
    ...optional('replicas', replicasOf(parameters.get('replicas'))),
    ...optional('manage', manageOf(parameters.get('manage'))),
    ...optional('maxMessageBytes', maxMessageBytes),
  };
}

function optional<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>);
}

function hostOf(host: string): string {
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(host)) {
    throw invalid('A host in the URL of NATS cannot be read. Write `host:port`, and commas between several.');
  }
  return /:\d+$/.test(host) ? host : `${host}:4222`;
}

function credentialsOf(text: string | undefined): Pick<NatsUrl, 'user' | 'password' | 'token'> {
  if (text === undefined) return {};
  const [first = '', ...rest] = text.split(':');
  try {
    if (rest.length === 0) return { token: decodeURIComponent(first) };
    return { user: decodeURIComponent(first), password: decodeURIComponent(rest.join(':')) };
  } catch {
    throw invalid('The credentials in the URL of NATS are not percent-encoded correctly.');
  }
}

function replicasOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^[1-5]$/.test(text)) return Number(text);
  throw invalid(`\`replicas=${text}\` is not a number of replicas. Use 1, 3 or 5.`);
}

function manageOf(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid(`\`manage=${text}\` is not known. Use \`true\` or \`false\`.`);
}

function invalid(message: string): AnywiseError {
  return new AnywiseError('INVALID_URL', message);
}
