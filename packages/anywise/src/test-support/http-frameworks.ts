import { getRequestListener } from '@hono/node-server';
import express, { type Request } from 'express';
import fastify, { type FastifyRequest } from 'fastify';
import { Hono, type Context } from 'hono';
import type { RequestListener } from 'node:http';
import type { DomainErrorClass } from '../core/message/domain-error.js';
import type { ContextEntry } from '../core/message/context.js';
import * as onExpress from '../express/index.js';
import * as onFastify from '../fastify/index.js';
import * as onHono from '../hono/index.js';
import type { Documents } from '../http/documents.js';
import type { Sender } from '../http/routes-options.js';
import type { Checkable } from '../http/health.js';
import type { Route } from '../http/route.js';

/** An app over a bus, in the words of no framework. */
export interface HttpApp {
  readonly bus: Sender;
  readonly routes: readonly Route[];
  readonly health?: Checkable;
  readonly documents?: Documents;
  readonly statuses?: readonly (readonly [error: DomainErrorClass, status: number])[];
  readonly bodyLimitBytes?: number;
  readonly contextOf?: (user: string) => readonly ContextEntry[];
  readonly onError: (error: unknown) => void;
}

export interface HttpFramework {
  readonly name: string;
  readonly listenerOf: (app: HttpApp) => Promise<RequestListener>;
}

const ready: Checkable = { check: async () => [] };

/** What every framework is given; `userOf` reads the request in its own way. */
function optionsOf<Request>(app: HttpApp, userOf: (request: Request) => string) {
  return {
    context: (request: Request) => app.contextOf?.(userOf(request)) ?? [],
    idempotencyScope: userOf,
    ...(app.bodyLimitBytes !== undefined && { bodyLimitBytes: app.bodyLimitBytes }),
  };
}

const problemsOf = ({ statuses = [], onError }: HttpApp) => ({ statuses, onError });

export const httpFrameworks: readonly HttpFramework[] = [
  {
    name: 'Express',
    listenerOf: async (app) => {
      const server = express();
      const options = optionsOf(app, (request: Request) => request.get('x-user') ?? 'nobody');
      server.use(onExpress.health(app.health ?? ready), onExpress.routes(app.bus, app.routes, options));
      server.use(onExpress.documents(app.documents ?? {}));
      server.use(onExpress.notFound(), onExpress.problems(problemsOf(app)));
      return server;
    },
  },
  {
    name: 'Fastify',
    listenerOf: async (app) => {
      const problems = onFastify.problems(problemsOf(app));
      const server = fastify({ frameworkErrors: problems });
      server.setErrorHandler(problems);
      server.setNotFoundHandler(onFastify.notFound());
      const options = optionsOf(app, ({ headers }: FastifyRequest) => String(headers['x-user'] ?? 'nobody'));
      await server.register(onFastify.health(app.health ?? ready));
      await server.register(onFastify.documents(app.documents ?? {}));
      await server.register(onFastify.routes(app.bus, app.routes, options));
      await server.ready();
      return (request, response) => server.routing(request, response);
    },
  },
  {
    name: 'Hono',
    listenerOf: async (app) => {
      const server = new Hono();
      server.onError(onHono.problems(problemsOf(app)));
      server.notFound(onHono.notFound());
      const options = optionsOf(app, ({ req }: Context) => req.header('x-user') ?? 'nobody');
      server.route('/', onHono.health(app.health ?? ready));
      server.route('/', onHono.documents(app.documents ?? {}));
      server.route('/', onHono.routes(app.bus, app.routes, options));
      const listener = getRequestListener(server.fetch);
      return (request, response) => void listener(request, response);
    },
  },
];
