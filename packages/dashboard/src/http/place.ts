import type { IncomingMessage } from 'node:http';

/** Where a request goes: where the dashboard is mounted, and what was asked for below it. */
export interface Place {
  /** Without a slash at the end. */
  readonly base: string;
  /** Begins with a slash. */
  readonly path: string;
  /** With its question mark; empty if there is none. */
  readonly search: string;
}

/** Frameworks take the mount path off `url`, and keep the whole in `originalUrl`. */
export function placeOf(request: IncomingMessage, base: string | undefined): Place {
  const { url = '/', originalUrl = url } = request as IncomingMessage & { readonly originalUrl?: string };
  const [path, search] = splitAt(url);
  const [whole] = splitAt(originalUrl);
  const below = path === '' ? '/' : path;
  return { base: base ?? mountOf(whole, below), path: below, search };
}

function mountOf(whole: string, below: string): string {
  const mount = whole.endsWith(below) ? whole.slice(0, whole.length - below.length) : whole;
  // `/anywise` itself is the path `/` below it.
  return (below === '/' && !whole.endsWith('/') ? whole : mount).replace(/\/+$/, '');
}

function splitAt(url: string): readonly [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark)];
}
