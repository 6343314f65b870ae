import { AnywiseError } from '../core/errors/errors.js';
import { readUrl, unreadableListenUrl, unreadablePostgresUrl } from '../core/errors/shown.js';
import { readBytes } from './read-bytes.js';

/** The options in a `postgres://` URL for this library; the rest is for `pg`. */
export interface PostgresUrl {
  readonly url: string;
  readonly listenUrl: string | undefined;
  readonly schema: string | undefined;
  readonly prepare: boolean;
  readonly maxConnections: number | undefined;
  /** Only for a transport. */
  readonly maxMessageBytes: number | undefined;
  readonly statementTimeoutMs: number | undefined;
}

/**
 * Splits the library's own parameters from a URL.
 *
 * @throws AnywiseError (`INVALID_URL`), which shows nothing of the URL: where it is mistyped, any part may be the password.
 */
export function readPostgresUrl(text: string): PostgresUrl {
  const url = readUrl(text);
  if (url === undefined) throw invalid(unreadablePostgresUrl);
  const take = (name: string): string | undefined => {
    const value = url.searchParams.get(name) ?? undefined;
    url.searchParams.delete(name);
    return value;
  };
  const [schema, prepare, maxConnections] = [take('schema'), take('prepare') ?? 'true', take('maxConnections')];
  if (schema === '') throw invalid('`schema=` is empty. Leave it out for the default.');
  if (prepare !== 'true' && prepare !== 'false') {
    throw invalid('`prepare` of the URL is not known. Use `true` or `false`.');
  }
  if (maxConnections !== undefined && !/^(?:[2-9]|[1-9]\d{1,3})$/.test(maxConnections)) {
    throw invalid('`maxConnections` of the URL is not a valid number of connections. Use a whole number from 2.');
  }
  const statementTimeoutMs = take('statementTimeoutMs');
  if (statementTimeoutMs !== undefined && !/^[1-9]\d{2,8}$/.test(statementTimeoutMs)) {
    throw invalid(
      `\`statementTimeoutMs=${statementTimeoutMs}\` is not a valid time. Use a whole number of milliseconds from 100.`,
    );
  }
  const listenUrl = take('listenUrl');
  if (listenUrl !== undefined && !/^postgres(?:ql)?:$/.test(readUrl(listenUrl)?.protocol ?? '')) {
    throw invalid(unreadableListenUrl);
  }
  const maxMessageBytes = readBytes('maxMessageBytes', take('maxMessageBytes') ?? null);
  return {
    url: url.href,
    listenUrl,
    schema,
    prepare: prepare === 'true',
    maxConnections: maxConnections === undefined ? undefined : Number(maxConnections),
    maxMessageBytes,
    statementTimeoutMs: statementTimeoutMs === undefined ? undefined : Number(statementTimeoutMs),
  };
}

function invalid(message: string): AnywiseError {
  return new AnywiseError('INVALID_URL', message);
}
