/**
 * HTTP routes from messages, problem documents, health, and a server that stops gracefully.
 *
 * @module anywise/express
 */

export { health, type Checkable, type HealthOptions } from './health.js';
export { HttpProblem, type FieldError, type HttpProblemOptions } from './http-problem.js';
export { listen, type HttpServer, type ListenOptions } from './listen.js';
export { notFound, problems, type ProblemsOptions } from './problems.js';
export { route, type Method, type RequestMessage, type Route, type RouteOptions } from './route.js';
export { routes, type RoutesOptions, type Sender, type SenderOptions } from './routes.js';
