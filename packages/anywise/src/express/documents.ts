import { Router } from 'express';
import { servedDocuments, type Documents } from '../http/documents.js';

/**
 * An Express router that serves API documents, which `anywise/docs` makes. A client that has the current one gets 304. Put it
 * behind your authentication: documents tell what a service can do.
 *
 * @throws SetupError if something is not a document.
 * @example
 * app.use(authenticate, documents({
 *   openapi: () => openapi(routes, { title: 'payments', version }),
 *   asyncapi: () => asyncapi(anywise.describe(), contracts, { version }),
 * }));
 */
export function documents(served: Documents): Router {
  const router = Router();
  for (const { path, answer } of servedDocuments(served)) {
    router.get(path, (request, response) => {
      const { status, headers, text } = answer(request.get('if-none-match'));
      response.status(status).set(headers).end(text);
    });
  }
  return router;
}
