import type { Anywise, Logger } from 'anywise';
import { documents, health, notFound, problems, routes, type Route } from 'anywise/express';
import express, { type Express, type RequestHandler } from 'express';
import { bearer } from '../auth/bearer.js';
import { CurrentUser, currentUser } from '../auth/user.js';
import type { Authentication } from '../config/authentication.js';
import type { ApiDocuments } from './api-documents.js';
import type { Readiness } from './readiness.js';
import { traceEntries, traceOf, traceRequests } from './requests.js';

export interface AppOptions {
  /** The service's name, which the health answers contain together with the process. */
  readonly slice: string;
  readonly anywise: Anywise;
  readonly readiness: Readiness;
  readonly routes: readonly Route[];
  /** Makes the API documents, when one is asked for. */
  readonly apiDocuments: () => ApiDocuments;
  readonly auth: Authentication;
  readonly logger: Logger;
}

/** The HTTP side of a service: health for everyone, its routes and documents for those with a token, problem documents for the rest. */
export function createApp({
  slice,
  anywise,
  readiness,
  routes: definitions,
  apiDocuments,
  auth,
  logger,
}: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(sayGoodbye(readiness));
  app.use(
    health(readiness, {
      about: { service: slice, pid: process.pid },
      onError: (err) => logger.error({ err }, 'The health check failed'),
    }),
  );
  app.use(traceRequests(logger));
  app.use(bearer(auth));
  app.use(
    routes(anywise, definitions, {
      context: (request) => [CurrentUser(currentUser(request)), ...traceEntries(request)],
      idempotencyScope: (request) => currentUser(request).id,
    }),
  );
  app.use(documents({ openapi: () => apiDocuments().openapi, asyncapi: () => apiDocuments().asyncapi }));
  app.use(notFound());
  app.use(
    problems({
      onError: (err, request) => {
        const { method, path } = request;
        logger.error({ err, method, path, ...traceOf(request) }, 'A request failed');
      },
    }),
  );
  return app;
}

/** Makes clients open their next connection elsewhere, before this process closes theirs. */
function sayGoodbye(readiness: Readiness): RequestHandler {
  return (_request, response, next) => {
    if (readiness.isStopping) response.set('connection', 'close');
    next();
  };
}
