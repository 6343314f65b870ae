import type { Context } from 'hono';
import {
  makeRoute,
  type RouteFunction,
  type RouteOptions as AnyRouteOptions,
  type RouteTarget,
} from '../http/route.js';

/** Options of a {@link route}. */
export type RouteOptions<Reply = unknown> = AnyRouteOptions<Reply, Context>;

/** Maps a request to a message: plain data, made by {@link route}. */
export interface Route extends RouteOptions, RouteTarget {}

/**
 * Maps a request to a command or query. Each path parameter needs a string field of the same name; the compiler checks that,
 * unless `input` reads the data.
 *
 * @throws SetupError that names every option that is out of range.
 * @example
 * route('post', '/payments', CreatePayment, { status: 201, idempotencyKey: true });
 * route('get', '/payments/:paymentId', GetPayment);
 */
export const route: RouteFunction<Context, Route> = makeRoute;
