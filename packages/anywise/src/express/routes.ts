import { Router, type Request, type RequestHandler } from 'express';
import { answerTo } from '../http/answer.js';
import { checkRoutes } from '../http/route-problems.js';
import { defaultBodyLimitBytes, type RoutesOptions as AnyRoutesOptions, type Sender } from '../http/routes-options.js';
import { jsonBody } from './json-body.js';
import type { Route } from './route.js';

/** Options of {@link routes}. */
export type RoutesOptions = AnyRoutesOptions<Request>;

/**
 * An Express router that answers each route with the reply of its message. It reads JSON bodies itself; put `notFound()` and
 * `problems()` behind it. A handler may throw an `InvalidMessageError` for its message if only it can tell that data is
 * invalid, such as an unknown cursor: it is answered like data that does not fit the schema.
 *
 * @throws SetupError that names every route that cannot work, and every option that is out of range.
 * @example
 * app.use(authenticate, routes(anywise, [createPaymentRoute, getPaymentRoute], {
 *   context: (request) => [CurrentUser(userOf(request))],
 *   idempotencyScope: (request) => userOf(request).id,
 * }));
 */
export function routes(bus: Sender, definitions: readonly Route[], options: RoutesOptions = {}): Router {
  checkRoutes(definitions, options);
  const router = Router();
  const readBody = jsonBody(options.bodyLimitBytes ?? defaultBodyLimitBytes);
  for (const route of definitions) {
    const handlers = route.method === 'get' ? [] : [readBody];
    router[route.method](route.path, ...handlers, answer(bus, route, options));
  }
  return router;
}

function answer(bus: Sender, route: Route, options: RoutesOptions): RequestHandler {
  return async (request, response) => {
    const { query, params } = request;
    const body: unknown = request.body;
    const header = (name: string) => request.get(name);
    const { status, headers, reply } = await answerTo(bus, route, options, { request, query, params, body, header });
    response.set(headers).status(status);
    if (reply === undefined) response.end();
    else response.json(reply);
  };
}
