import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HttpProblem } from './http-problem.js';
import { bodyTooLarge, clientLeft, isAborted } from './request-errors.js';

const decompressors: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * Compression never makes data larger by more than this: a larger body would never end, and never grow when decompressed.
 */
const mostOverheadBytes = 1_024;

/** The body of a request as it arrives. A message of `node:http` is one. */
export interface BodyStream extends Readable {
  /** Whether all of it has arrived, though it may not have been read. @defaultValue whether all of it has been read */
  readonly complete?: boolean;
}

/**
 * Reads the body of a request, decompressed. Rejects as soon as it exceeds the limit, however much is still to come.
 *
 * @throws HttpProblem (413; 415 for an unknown encoding; 400 for invalid compressed data)
 */
export async function readBody(request: BodyStream, contentEncoding: string, limitBytes: number): Promise<Buffer> {
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding === 'identity') return collect(request, request, limitBytes);

  const decompress = decompressors.get(encoding);
  if (decompress === undefined) {
    throw new HttpProblem(415, { detail: 'The content encoding of the body is not supported: send gzip or none.' });
  }
  const decompressed = decompress();
  try {
    return await collect(request, request.pipe(decompressed), limitBytes);
  } catch (error) {
    if (HttpProblem.is(error) || isAborted(error)) throw error;
    throw wrongEncoding(encoding, error);
  } finally {
    request.unpipe(decompressed);
    decompressed.destroy();
  }
}

function wrongEncoding(encoding: string, cause: unknown): HttpProblem {
  return new HttpProblem(400, { detail: `The body cannot be decompressed: it is not valid \`${encoding}\`.`, cause });
}

/** Not with `for await`, which would destroy the request, and with it the response. */
function collect(request: BodyStream, source: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let received = 0;
    const settle = (outcome: () => void): void => {
      source.off('data', onData).off('end', onEnd);
      request.off('data', onReceived).off('close', onClose);
      outcome();
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limitBytes) settle(() => reject(bodyTooLarge(limitBytes)));
    };
    const onReceived = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limitBytes + mostOverheadBytes) settle(() => reject(bodyTooLarge(limitBytes)));
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks, size)));
    const onClose = (): void => {
      if (!(request.complete ?? request.readableEnded)) settle(() => reject(clientLeft));
    };
    source.on('data', onData).once('end', onEnd);
    // An error after the outcome changes nothing, but needs a listener.
    source.on('error', (error) => settle(() => reject(source === request ? clientLeft : error)));
    if (source !== request) request.on('error', () => settle(() => reject(clientLeft)));
    request.on('data', onReceived).once('close', onClose);
  });
}
