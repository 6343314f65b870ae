/**
 * Sends messages to services over HTTP, from browsers and from Node, with the replies and errors of their contracts.
 *
 * @module anywise/client
 */

export type { Fetch, FetchedAnswer, FetchOptions } from './attempt.js';
export { createClient, type Client, type ClientOptions, type ClientSendOptions, type ClientTried } from './client.js';
export { ProblemError, type ProblemDocument } from './problem-error.js';
export { routesIn, type ClientRoute } from './routes.js';
