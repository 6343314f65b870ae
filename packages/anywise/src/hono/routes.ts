import { parse } from 'node:querystring';
import { Hono, type Context, type Handler } from 'hono';
import type { ContentfulStatusCode, StatusCode } from 'hono/utils/http-status';
import { errorText } from '../core/errors/thrown.js';
import { answerTo, type Answer } from '../http/answer.js';
import { checkRoutes } from '../http/route-problems.js';
import { defaultBodyLimitBytes, type RoutesOptions as AnyRoutesOptions, type Sender } from '../http/routes-options.js';
import { jsonBody } from './json-body.js';
import type { Route } from './route.js';

/** Options of {@link routes}. */
export type RoutesOptions = AnyRoutesOptions<Context>;

/**
 * A Hono app that answers each route with the reply of its message. It reads JSON bodies itself; set `problems()` and
 * `notFound()` on the app that you mount it in. A handler may throw an `InvalidMessageError` for its message if only it can
 * tell that data is invalid, such as an unknown cursor: it is answered like data that does not fit the schema.
 *
 * @throws SetupError that names every route that cannot work, and every option that is out of range.
 * @example
 * app.route('/', routes(anywise, [createPaymentRoute, getPaymentRoute], {
 *   context: (c) => [CurrentUser(userOf(c))],
 *   idempotencyScope: (c) => userOf(c).id,
 * }));
 */
export function routes(bus: Sender, definitions: readonly Route[], options: RoutesOptions = {}): Hono {
  checkRoutes(definitions, options);
  const app = new Hono();
  for (const route of definitions) app.on(route.method.toUpperCase(), route.path, answer(bus, route, options));
  return app;
}

function answer(bus: Sender, route: Route, options: RoutesOptions): Handler {
  const limitBytes = options.bodyLimitBytes ?? defaultBodyLimitBytes;
  return async (context) => {
    const { req } = context;
    try {
      const sent = await answerTo(bus, route, options, {
        request: context,
        query: parse(new URL(req.url).search.slice(1)),
        params: req.param(),
        body: route.method === 'get' ? undefined : await jsonBody(context, limitBytes),
        header: (name) => req.header(name),
      });
      return toResponse(context, sent);
    } catch (error) {
      // Hono hands only errors to its error handler.
      throw error instanceof Error ? error : new Error(errorText(error), { cause: error });
    }
  };
}

function toResponse(context: Context, { status, headers, reply }: Answer): Response {
  if (reply === undefined) return context.body(null, status as StatusCode, headers);
  const all = { 'content-type': 'application/json; charset=utf-8', ...lowerCase(headers) };
  return context.body(JSON.stringify(reply), status as ContentfulStatusCode, all);
}

function lowerCase(headers: Answer['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
