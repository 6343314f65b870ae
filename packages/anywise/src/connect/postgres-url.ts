import { AnywiseError } from '../core/errors/errors.js';
import { readBytes } from './read-bytes.js';

/** The options in a `postgres://` URL for this library; the rest is for `pg`. */
export interface PostgresUrl {
  readonly url: string;
  readonly schema: string | undefined;
  readonly prepare: boolean;
  readonly maxConnections: number | undefined;
  /** Only for a transport. */
  readonly maxMessageBytes: number | undefined;
}

/**
 * Splits the library's own parameters from a URL.
 *
 * @throws AnywiseError (`INVALID_URL`), which does not show the URL, because it may contain a password.
 */
export function readPostgresUrl(text: string): PostgresUrl {
  if (!URL.canParse(text)) {
    throw invalid(
      'The URL of the PostgreSQL database cannot be read. Write `postgres://user:password@host:5432/database`, with special characters percent-encoded.',
    );
  }
  const url = new URL(text);
  const take = (name: string): string | undefined => {
    const value = url.searchParams.get(name) ?? undefined;
    url.searchParams.delete(name);
    return value;
  };
  const [schema, prepare, maxConnections] = [take('schema'), take('prepare') ?? 'true', take('maxConnections')];
  if (schema === '') throw invalid('`schema=` is empty. Leave it out for the default.');
  if (prepare !== 'true' && prepare !== 'false') {
    throw invalid(`\`prepare=${prepare}\` is not known. Use \`true\` or \`false\`.`);
  }
  if (maxConnections !== undefined && !/^(?:[2-9]|[1-9]\d{1,3})$/.test(maxConnections)) {
    throw invalid(
      `\`maxConnections=${maxConnections}\` is not a valid number of connections. Use a whole number from 2.`,
    );
  }
  const maxMessageBytes = readBytes('maxMessageBytes', take('maxMessageBytes') ?? null);
  return {
    url: url.href,
    schema,
    prepare: prepare === 'true',
    maxConnections: maxConnections === undefined ? undefined : Number(maxConnections),
    maxMessageBytes,
  };
}

function invalid(message: string): AnywiseError {
  return new AnywiseError('INVALID_URL', message);
}
