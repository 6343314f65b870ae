import type { FastifyPluginCallback, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { answerTo } from '../http/answer.js';
import { checkRoutes } from '../http/route-problems.js';
import { defaultBodyLimitBytes, type RoutesOptions as AnyRoutesOptions, type Sender } from '../http/routes-options.js';
import { parseJsonBodies } from './json-body.js';
import type { Route } from './route.js';

/** Options of {@link routes}. */
export type RoutesOptions = AnyRoutesOptions<FastifyRequest>;

/**
 * A Fastify plugin that answers each route with the reply of its message. It reads JSON bodies itself, for its own routes
 * only; set `problems()` and `notFound()` on the app. A handler may throw an `InvalidMessageError` for its message if only it
 * can tell that data is invalid, such as an unknown cursor: it is answered like data that does not fit the schema.
 *
 * @throws SetupError that names every route that cannot work, and every option that is out of range.
 * @example
 * app.register(routes(anywise, [createPaymentRoute, getPaymentRoute], {
 *   context: (request) => [CurrentUser(userOf(request))],
 *   idempotencyScope: (request) => userOf(request).id,
 * }));
 */
export function routes(bus: Sender, definitions: readonly Route[], options: RoutesOptions = {}): FastifyPluginCallback {
  checkRoutes(definitions, options);
  return (app, _pluginOptions, done) => {
    parseJsonBodies(app, options.bodyLimitBytes ?? defaultBodyLimitBytes);
    for (const route of definitions) {
      app.route({ method: route.method.toUpperCase(), url: route.path, handler: answer(bus, route, options) });
    }
    done();
  };
}

function answer(bus: Sender, route: Route, options: RoutesOptions): RouteHandlerMethod {
  return async (request, reply) => {
    const {
      status,
      headers,
      reply: value,
    } = await answerTo(bus, route, options, {
      request,
      query: Object(request.query) as object,
      params: Object(request.params) as object,
      body: request.body,
      header: (name) => headerOf(request, name),
    });
    reply.code(status);
    if (value === undefined) return reply.headers(headers).send();
    return reply.type('application/json; charset=utf-8').headers(headers).send(JSON.stringify(value));
  };
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
