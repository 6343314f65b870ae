import { Hono } from 'hono';
import { servedDocuments, type Documents } from '../http/documents.js';

/**
 * A Hono app that serves API documents, which `anywise/docs` makes. A client that has the current one gets 304. Mount it behind
 * your authentication: documents tell what a service can do.
 *
 * @throws SetupError if something is not a document.
 * @example
 * app.route('/', documents({
 *   openapi: () => openapi(routes, { title: 'payments', version }),
 *   asyncapi: () => asyncapi(anywise.describe(), contracts, { version }),
 * }));
 */
export function documents(served: Documents): Hono {
  const app = new Hono();
  for (const { path, answer } of servedDocuments(served)) {
    app.get(path, (context) => {
      const { status, headers, text } = answer(context.req.header('if-none-match'));
      return status === 304 ? context.body(null, status, headers) : context.body(text, status, headers);
    });
  }
  return app;
}
