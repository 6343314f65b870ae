import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hasBody, readJsonBody } from '../http/json-body.js';

/** Reads the JSON bodies of the routes of a plugin. Those of other plugins are read as they were. */
export function parseJsonBodies(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
    hasBody(request.headers) ? readJsonBody(payload, request.headers, limitBytes) : undefined,
  );
}
