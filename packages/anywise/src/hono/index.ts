/**
 * HTTP routes from messages for Hono, API documents, problem documents, health, and a server that stops gracefully.
 *
 * @module anywise/hono
 */

export type { Documents } from '../http/documents.js';
export type { Checkable, HealthOptions } from '../http/health.js';
export { HttpProblem, type FieldError, type HttpProblemOptions } from '../http/http-problem.js';
export { listen, type HttpServer, type ListenOptions } from '../http/listen.js';
export type { Method, RequestMessage } from '../http/route.js';
export type { Sender, SenderOptions } from '../http/routes-options.js';
export { documents } from './documents.js';
export { health } from './health.js';
export { notFound, problems, type ProblemsOptions } from './problems.js';
export { route, type Route, type RouteOptions } from './route.js';
export { routes, type RoutesOptions } from './routes.js';
