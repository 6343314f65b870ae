import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { hasBody, readJsonBody } from '../http/json-body.js';

/** The JSON body of a request; nothing without a body. One that other middleware has read is taken from there. */
export async function jsonBody({ req }: Context, limitBytes: number): Promise<unknown> {
  if (req.raw.bodyUsed) return req.json();
  const headers = req.header();
  // A request that was made in this process, as in a test, has no length.
  const mayHaveBody = hasBody(headers) || (headers['content-type'] !== undefined && !('content-length' in headers));
  if (req.raw.body === null || !mayHaveBody) return undefined;
  // Hono and Node know the stream by different types, depending on whether the types of a browser are there.
  const body: unknown = req.raw.body;
  return readJsonBody(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), headers, limitBytes);
}
