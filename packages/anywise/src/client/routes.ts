import { SetupError } from '../core/errors/errors.js';
import { didYouMean } from '../core/errors/nearest.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** How a message is sent over HTTP. A route of `anywise/express` is one. */
export interface ClientRoute {
  readonly method: (typeof methods)[number];
  /** With `:name` for each field of the message that is part of it. */
  readonly path: string;
  /** The message's class, or anything else with its wire name. */
  readonly message: { readonly type: string };
  /** Whether the route takes an `Idempotency-Key`, so that a request can be repeated. @defaultValue false */
  readonly idempotencyKey?: boolean;
  /** Where the service is. @defaultValue the `url` of the client */
  readonly url?: string;
}

/**
 * Returns the routes in an OpenAPI document that `openapi` of `anywise/docs` wrote, so that a front end needs no code of the
 * service.
 *
 * @param document the document, as parsed JSON.
 * @param url where the service is. @defaultValue the `url` of the client
 * @throws SetupError if it is not such a document.
 */
export function routesIn(document: object, url?: string): readonly ClientRoute[] {
  const { paths } = document as { readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
  if (typeof paths !== 'object') throw new SetupError('INVALID_SETUP', '`routesIn()`', ['the document has no `paths`']);
  const found = Object.entries(paths).flatMap(([path, operations]) =>
    methods.flatMap((method): ClientRoute[] => {
      const operation = operations[method];
      const type = operation?.['x-anywise-message'];
      if (operation === undefined || type === undefined) return [];
      const idempotencyKey = operation.parameters?.some(({ name, in: place }) => isKey(name, place)) === true;
      const colons = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return [{ method, path: colons, message: { type }, idempotencyKey, ...(url !== undefined && { url }) }];
    }),
  );
  if (found.length > 0) return found;
  throw new SetupError('INVALID_SETUP', '`routesIn()`', [
    'the document has no route of a message; make it with `openapi` of `anywise/docs`',
  ]);
}

interface Operation {
  readonly 'x-anywise-message'?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}

function isKey(name: string, place: string): boolean {
  return place === 'header' && name.toLowerCase() === 'idempotency-key';
}

/** What is wrong with routes, one text each. */
export function routeProblems(routes: unknown, url: unknown): string[] {
  if (!Array.isArray(routes))
    return ['`routes` is not a list; pass the routes of your services, or `routesIn(document)`'];
  return (routes as readonly Partial<Record<keyof ClientRoute, unknown>>[]).flatMap((route, index) => {
    const { method, path, message, url: own } = Object(route) as typeof route;
    const name = `route ${index + 1}`;
    const type: unknown = (Object(message) as { readonly type?: unknown }).type;
    return [
      ...(methods.includes(method as never)
        ? []
        : [`${name}: \`${String(method)}\` is not a method.${didYouMean(String(method).toLowerCase(), methods)}`]),
      ...(typeof path === 'string' && path.startsWith('/') ? [] : [`${name} has no path that starts with a slash`]),
      ...(typeof path === 'string' && /[*{}]/.test(path)
        ? [`${name} has a path with wildcards, which a client cannot fill in`]
        : []),
      ...(typeof type === 'string' && type !== '' ? [] : [`${name} has no message`]),
      ...(isUrl(own ?? url) ? [] : [`${name} has no valid URL; set \`url\`, such as \`https://shop.example\``]),
    ];
  });
}

function isUrl(url: unknown): boolean {
  if (typeof url !== 'string') return false;
  try {
    return /^https?:$/.test(new URL(url).protocol);
  } catch {
    return false;
  }
}
