import express from 'express';
import { listen, type HttpServer } from 'anywise/express';

/** The services, by the first part of their paths. */
type Services = Readonly<Record<string, string>>;

/** A page, and the services under the same origin, as a gateway would serve them. */
export async function serveFront(services: Services): Promise<HttpServer> {
  const app = express();
  app.get('/', (_request, response) => void response.type('html').send('<!doctype html><title>shop</title>'));
  for (const [name, url] of Object.entries(services)) {
    app.use(`/${name}`, express.text({ type: () => true }), async (request, response) => {
      const body = typeof request.body === 'string' ? request.body : undefined;
      const answer = await fetch(`${url}${request.originalUrl}`, {
        method: request.method,
        headers: headersOf(request.headers),
        ...(body !== undefined && { body }),
      });
      response
        .status(answer.status)
        .type(answer.headers.get('content-type') ?? 'text/plain')
        .send(await answer.text());
    });
  }
  return listen(app, { port: 0 });
}

const passed = ['authorization', 'content-type', 'idempotency-key', 'accept'];

function headersOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    passed.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    }),
  );
}
