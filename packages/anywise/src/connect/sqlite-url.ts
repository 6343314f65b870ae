import { AnywiseError } from '../core/errors/errors.js';
import { readBytes } from './read-bytes.js';

/** The options in a `sqlite:` URL. */
export interface SqliteUrl {
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
  /** Only for a transport. */
  readonly maxMessageBytes: number | undefined;
}

const parameters: ReadonlySet<string> = new Set(['synchronous', 'maxMessageBytes']);

/**
 * Reads `sqlite:<path>?<parameters>`. The path is taken as it is written; what other programs would read in another way is
 * refused rather than guessed.
 *
 * @throws AnywiseError (`INVALID_URL`) that says what is wrong with it.
 */
export function readSqliteUrl(text: string): SqliteUrl {
  const [path = '', query = ''] = text.slice(text.indexOf(':') + 1).split(/\?(.*)/s);
  const problem = pathProblem(path);
  if (problem !== undefined) throw invalid(problem);
  const given = new URLSearchParams(query);
  if ([...given.keys()].some((name) => !parameters.has(name))) {
    throw invalid('A parameter of the `sqlite:` URL is not known. Use `synchronous` and `maxMessageBytes`.');
  }
  const synchronous = given.get('synchronous') ?? 'normal';
  if (synchronous !== 'normal' && synchronous !== 'full') {
    throw invalid('`synchronous` of the URL is not known. Use `normal` or `full`.');
  }
  return { path, synchronous, maxMessageBytes: readBytes('maxMessageBytes', given.get('maxMessageBytes')) };
}

/** What is wrong with a path, without showing it: a URL in the place of a path may have a password in it. */
function pathProblem(path: string): string | undefined {
  if (path === '') return '`sqlite:` names no path. Write one such as `sqlite:.anywise/bus.db`.';
  if (path.startsWith('//')) {
    return 'A `sqlite:` URL has no `//`, which tools read in different ways. Write `sqlite:folder/file` for a path from here, and `sqlite:/folder/file` for one from the root.';
  }
  if (/^[a-z][a-z\d+.-]+:/i.test(path) || path.includes('://')) {
    return '`sqlite:` names a URL and not a path. Write one such as `sqlite:.anywise/bus.db`.';
  }
  if (/%[\da-f]{2}/i.test(path)) {
    return 'The path of a `sqlite:` URL is not percent-decoded. Write each character as it is, such as a space for `%20`.';
  }
  if (path.startsWith(':')) return 'SQLite in memory cannot be shared. Use `memory:`.';
  return path.includes('\0') ? 'The path of the `sqlite:` URL has a NUL character. Leave it out.' : undefined;
}

function invalid(message: string): AnywiseError {
  return new AnywiseError('INVALID_URL', message);
}
