import { describe, expect, it } from '@jest/globals';
import { readSqliteUrl } from './sqlite-url.js';

describe('a `sqlite:` URL', () => {
  it.each([
    '.anywise/bus.db',
    '/var/lib/any wise/bus.db',
    'C:\\data\\bus.db',
    '100%.db',
    'a#b.db',
    'žluť.db',
    'a@b/c.db',
  ])('names the path `%s` as it is written', (path) => {
    expect(readSqliteUrl(`sqlite:${path}?synchronous=full`)).toEqual({ path, synchronous: 'full' });
  });

  it.each([
    ['sqlite://folder/bus.db', 'A `sqlite:` URL has no `//`'],
    ['sqlite:///folder/bus.db', 'A `sqlite:` URL has no `//`'],
    ['sqlite:any%20wise/bus.db', 'is not percent-decoded'],
    ['sqlite:%2Fvar', 'is not percent-decoded'],
    ['sqlite::memory:', 'Use `memory:`'],
    ['sqlite:file:a.db', 'names a URL and not a path'],
    ['sqlite:postgres://ada:secret@db/shop', 'names a URL and not a path'],
    ['sqlite:a\0b', 'NUL'],
    ['sqlite:a?syncronous=full', 'A parameter of the `sqlite:` URL is not known'],
    ['sqlite:a?mode=ro', 'A parameter of the `sqlite:` URL is not known'],
  ])('`%s` is refused, as others read it in another way', (url, text) => {
    expect(() => readSqliteUrl(url)).toThrow(expect.objectContaining({ code: 'INVALID_URL' }));
    expect(() => readSqliteUrl(url)).toThrow(text);
  });
});
