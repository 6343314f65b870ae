import { fields, text, type OptionCheck } from '../core/errors/options.js';

/** Checks an option that names the servers of a broker: `host:port`, or a list of them. */
export const serversCheck: OptionCheck = (value) =>
  [value].flat().length > 0 && [value].flat().every((server: unknown) => text()(server) === undefined)
    ? undefined
    : '`host:port`, or a list of them';

/** Checks an option that turns TLS on: `true`, or options of Node's TLS. */
export const tlsCheck: OptionCheck = (value) => (value === true ? undefined : fields()(value) && '`true` or an object');

/** `host:port` of each server. Credentials in a server's URL are never shown. */
export function placesOf(servers: string | readonly string[]): string[] {
  return [servers].flat().map((server) => server.replace(/^[a-z]+:\/\//i, '').replace(/^.*@/, ''));
}
