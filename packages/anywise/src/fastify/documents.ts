import type { FastifyPluginCallback } from 'fastify';
import { servedDocuments, type Documents } from '../http/documents.js';

/**
 * A Fastify plugin that serves API documents, which `anywise/docs` makes. A client that has the current one gets 304. Register
 * it inside the plugin that has your authentication: documents tell what a service can do.
 *
 * @throws SetupError if something is not a document.
 * @example
 * app.register(documents({
 *   openapi: () => openapi(routes, { title: 'payments', version }),
 *   asyncapi: () => asyncapi(anywise.describe(), contracts, { version }),
 * }));
 */
export function documents(served: Documents): FastifyPluginCallback {
  const all = servedDocuments(served);
  return (app, _pluginOptions, done) => {
    for (const { path, answer } of all) {
      app.get(path, async (request, reply) => {
        const { status, headers, text } = answer(request.headers['if-none-match']);
        return reply.code(status).headers(headers).send(text);
      });
    }
    done();
  };
}
