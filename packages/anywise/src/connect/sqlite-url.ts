import { AnywiseError } from '../core/errors/errors.js';
import { readBytes } from './read-bytes.js';

/** The options in a `sqlite:` URL. */
export interface SqliteUrl {
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
  /** Only for a transport. */
  readonly maxMessageBytes: number | undefined;
}

/** @throws AnywiseError (`INVALID_URL`) that says what is wrong with it. */
export function readSqliteUrl(text: string): SqliteUrl {
  const [path = '', parameters = ''] = text.slice(text.indexOf(':') + 1).split(/\?(.*)/s);
  if (path === '') throw invalid('`sqlite:` names no path. Write one such as `sqlite:.anywise/bus.db`.');
  const given = new URLSearchParams(parameters);
  const synchronous = given.get('synchronous') ?? 'normal';
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw invalid(`\`synchronous=${synchronous}\` is not known. Use \`normal\` or \`full\`.`);
  }
  return { path, synchronous, maxMessageBytes: readBytes('maxMessageBytes', given.get('maxMessageBytes')) };
}

function invalid(message: string): AnywiseError {
  return new AnywiseError('INVALID_URL', message);
}
