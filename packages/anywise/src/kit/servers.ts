import { fields, text, type OptionCheck } from '../core/errors/options.js';

/** Checks an option that names the servers of a broker: `host:port`, or a list of them. */
export const serversCheck: OptionCheck = (value) =>
  [value].flat().length > 0 && [value].flat().every((server: unknown) => text()(server) === undefined)
    ? undefined
    : '`host:port`, or a list of them';

/** Checks an option that begins what is kept on a broker: names of streams, subjects, exchanges and queues. */
export const prefixCheck: OptionCheck = (value) =>
  typeof value === 'string' && /^[a-z\d][\w-]{0,63}$/i.test(value)
    ? undefined
    : 'up to 64 letters, digits, `-` and `_`';

/** Checks an option that turns TLS on: `true`, or options of Node's TLS. */
export const tlsCheck: OptionCheck = (value) => (value === true ? undefined : fields()(value) && '`true` or an object');

/** `host:port` of each server. Credentials in a server's URL are never shown. */
export function placesOf(servers: string | readonly string[]): string[] {
  return [servers].flat().map((server) => server.replace(/^[a-z]+:\/\//i, '').replace(/^.*@/, ''));
}

/** Codes of certificates that are not trusted, or are for another host. */
const untrusted = /^(?:ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_)/;

/** Whether a connection failed because of the server's certificate, which waiting does not change. */
export function isUntrusted(error: unknown): boolean {
  return untrusted.test(String((Object(error) as { readonly code?: unknown }).code));
}
