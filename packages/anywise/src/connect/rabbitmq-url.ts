import { AnywiseError } from '../core/errors/errors.js';
import { readBytes } from './read-bytes.js';

/** The options of a RabbitMQ transport that a URL can carry. */
export interface RabbitmqUrl {
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly vhost?: string;
  readonly tls?: true;
  readonly prefix?: string;
  readonly replicas?: number;
  readonly manage?: boolean;
  readonly maxMessageBytes?: number;
}

const known = new Set(['prefix', 'replicas', 'manage', 'maxMessageBytes']);

/**
 * Reads `amqp://user:password@host:5672,other:5672/vhost?prefix=…`; `amqps://` for TLS.
 *
 * @throws AnywiseError (`INVALID_URL`), which does not show the URL, because it may contain a password.
 * @see https://www.rabbitmq.com/docs/uri-spec
 */
export function readRabbitmqUrl(text: string): RabbitmqUrl {
  const [, scheme, credentials, hosts, vhost, query = ''] =
    /^(amqps?):\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^/?#@]*))?(?:\?([^#]*))?$/i.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw invalid(
      'The URL of RabbitMQ cannot be read. Write `amqp://user:password@host:5672/vhost`, with special characters percent-encoded.',
    );
  }
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const names = [...known].map((name) => `\`${name}=\``).join(', ');
    throw invalid(`A parameter of the URL of RabbitMQ is not known. Use ${names}.`);
  }
  const isSecure = scheme.toLowerCase() === 'amqps';
  return {
    servers: hosts.split(',').map((host) => hostOf(host, isSecure ? 5671 : 5672)),
    ...credentialsOf(credentials),
    ...(vhost === undefined || vhost === '' ? {} : { vhost: decoded(vhost) }),
    ...(isSecure ? { tls: true } : {}),
    ...optional('prefix', parameters.get('prefix') ?? undefined),
    ...optional('replicas', replicasOf(parameters.get('replicas'))),
    ...optional('manage', manageOf(parameters.get('manage'))),
    ...optional('maxMessageBytes', readBytes('maxMessageBytes', parameters.get('maxMessageBytes'))),
  };
}

function optional<Name extends string, T>(name: Name, value: T | undefined): Partial<Record<Name, T>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>);
}

function hostOf(host: string, port: number): string {
  if (!/^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(host)) {
    throw invalid('A host in the URL of RabbitMQ cannot be read. Write `host:port`, and commas between several.');
  }
  return /:\d+$/.test(host) ? host : `${host}:${port}`;
}

function credentialsOf(text: string | undefined): Pick<RabbitmqUrl, 'user' | 'password'> {
  if (text === undefined || text === '') return {};
  const [user = '', ...password] = text.split(':');
  if (password.length === 0) return { user: decoded(user) };
  return { user: decoded(user), password: decoded(password.join(':')) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('The credentials or the virtual host in the URL of RabbitMQ are not percent-encoded correctly.');
  }
}

function replicasOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw invalid('`replicas` of the URL of RabbitMQ is not a number of nodes. Write one, such as `3`.');
}

function manageOf(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid('`manage` of the URL of RabbitMQ is not known. Use `true` or `false`.');
}

function invalid(message: string): AnywiseError {
  return new AnywiseError('INVALID_URL', message);
}
