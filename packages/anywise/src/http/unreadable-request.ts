import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpProblem } from './http-problem.js';

/** By the codes of Node's HTTP parser and server. */
const problems: ReadonlyMap<string | undefined, HttpProblem> = new Map([
  ['HPE_HEADER_OVERFLOW', new HttpProblem(431, { detail: 'The headers of the request are too large.' })],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    new HttpProblem(413, { detail: 'The chunk extensions of the body are too large.' }),
  ],
  ['ERR_HTTP_REQUEST_TIMEOUT', new HttpProblem(408, { detail: 'The request took too long to arrive.' })],
]);
const notHttp = new HttpProblem(400, { detail: 'The request is not valid HTTP.' });

/** Answers input that is not a valid request and so never reaches the app. A listener for the server's `clientError`. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  // If an answer has begun, this one would be read as part of it.
  if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const problem = problems.get(error.code) ?? notHttp;
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
