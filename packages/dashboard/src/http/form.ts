import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.js';

/** The largest form: a message of 1 MiB whose every byte is escaped, and its fields. */
const maxFormBytes = 4 * 1_048_576;

/**
 * The fields of a form that was posted, also where a framework has read it already.
 *
 * @throws HttpError (400, 413, 415) that says what is wrong with it.
 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const form = await readFields(request);
  // No message has one, and PostgreSQL refuses to look for it.
  if ([...form.values()].some((value) => value.includes('\0'))) throw new HttpError(400, 'The form has a NUL.');
  return form;
}

async function readFields(request: IncomingMessage): Promise<URLSearchParams> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new HttpError(415, 'A form was expected.');
  }
  const { body } = request as { readonly body?: unknown };
  if (body !== undefined) return parsedBefore(body);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      // The rest is read all the same, so that the sender gets the answer.
      if (bytes <= maxFormBytes) chunks.push(chunk as Buffer);
    }
  } catch {
    // Whoever sent it has gone, and nobody reads this.
    throw new HttpError(400, 'The form broke off.');
  }
  if (bytes > maxFormBytes) throw new HttpError(413, `A form may have ${maxFormBytes} bytes.`);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function parsedBefore(body: unknown): URLSearchParams {
  if (typeof body === 'string') return new URLSearchParams(body);
  if (Buffer.isBuffer(body)) return new URLSearchParams(body.toString('utf8'));
  const fields = Object.entries(Object(body) as Record<string, unknown>);
  return new URLSearchParams(fields.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
