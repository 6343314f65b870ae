const hidden = '…';
/** How much of a scheme is shown, in characters. */
export const longestScheme = 20;
const longestValue = 80;

/**
 * A URL for logs and errors: without user, password and parameters. Of one that cannot be read without a doubt only the
 * scheme is shown, as what looks like a path may be the rest of a password.
 *
 * @example
 * shownUrl('postgres://ada:secret@db/shop?sslmode=require') // postgres://db/shop
 * shownUrl('"postgres://ada:secret@db/shop"') // …
 */
export function shownUrl(text: string): string {
  const scheme = schemeOf(text);
  if (scheme === undefined || scheme.length > longestScheme) return hidden;
  if (scheme === 'memory') return 'memory:';
  if (scheme === 'sqlite') return shownPath(text.slice(text.indexOf(':') + 1));
  const url = readUrl(text);
  return url === undefined ? `${scheme}:${hidden}` : `${scheme}://${url.host}${url.pathname}`;
}

/** The scheme of a URL, in lower case; `undefined` where it has none. */
export function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z\d+.-]*):/i.exec(text)?.[1]?.toLowerCase();
}

/**
 * Reads `<scheme>://…`; `undefined` where a part could be meant for another: a password with a slash, a question mark or a
 * hash in it, say, of which the host and the path then seem to be made.
 */
export function readUrl(text: string): URL | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text) || /[\s"'`]/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /[@#]/.test(url.pathname + url.search + url.hash) ? undefined : url;
}

/** What to say of a URL of PostgreSQL that {@link readUrl} cannot read. */
export const unreadablePostgresUrl =
  'The URL of the PostgreSQL database cannot be read. Write `postgres://user:password@host:5432/database`, with special characters percent-encoded.';

/** What to say of a `listenUrl` that {@link readUrl} cannot read. */
export const unreadableListenUrl =
  '`listenUrl` cannot be read. Write `postgres://user:password@host:5432/database`, percent-encoded as a whole where it is part of another URL.';

/** A value that somebody gave, for an error about it; hidden where it may be a URL, or a part of one, with a password in it. */
export function shownValue(value: string): string {
  const isAddress = /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i.test(value);
  if (/[@=:]|\/\//.test(value) && !isAddress) return hidden;
  return value.length > longestValue ? `${value.slice(0, longestValue)}${hidden}` : value;
}

function shownPath(text: string): string {
  const [path = ''] = text.split('?');
  return /^\/\/|:\/|@.*:|:.*@/s.test(path) ? `sqlite:${hidden}` : `sqlite:${path}`;
}
