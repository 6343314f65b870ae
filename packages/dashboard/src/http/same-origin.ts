import type { IncomingMessage } from 'node:http';

/**
 * Whether a write comes from a page of the dashboard itself. Browsers say so in `Sec-Fetch-Site`; those that do not send it
 * send `Origin`. What sends neither is no browser with a form, and is refused.
 *
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function isSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined || host === undefined) return false;
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
