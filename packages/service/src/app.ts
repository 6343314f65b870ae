import type { Anywise, Logger } from 'anywise';
import { health, notFound, problems, routes, type Route } from 'anywise/express';
import express, { type Express, type RequestHandler } from 'express';
import { bearer, CurrentUser, currentUser } from './auth.js';

export interface AppOptions {
  /** The service's name, which health tells together with the process. */
  readonly slice: string;
  readonly anywise: Anywise;
  readonly routes: readonly Route[];
  readonly authSecret: string;
  readonly logger: Logger;
}

/** The HTTP side of a service: health for everybody, its routes for those with a token, problems for the rest. */
export function createApp({ slice, anywise, routes: definitions, authSecret, logger }: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    health(anywise, {
      about: { service: slice, pid: process.pid },
      onError: (err) => logger.error({ err }, 'The health check failed'),
    }),
  );
  app.use(logRequests(logger));
  app.use(bearer(authSecret));
  app.use(
    routes(anywise, definitions, {
      context: (request) => [CurrentUser(currentUser(request))],
      idempotencyScope: (request) => currentUser(request).id,
    }),
  );
  app.use(notFound());
  app.use(
    problems({
      onError: (error, { method, path }) => logger.error({ err: error }, `${method} ${path} failed`),
    }),
  );
  return app;
}

function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    const { method, path } = request;
    response.once('finish', () => {
      const ms = Math.round(performance.now() - began);
      logger.info(
        { method, path, status: response.statusCode, ms },
        `${method} ${path} ${response.statusCode} ${ms} ms`,
      );
    });
    next();
  };
}
