import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much of a request is read and dropped after its answer, and for how long. */
const mostDroppedBytes = 16 * 1024 * 1024;
const mostDroppedMs = 5_000;

/**
 * Sends an answer at once, even if the request is still coming in, and ends it together with the request. Closing the
 * connection earlier would take the answer from a client that reads only when it has sent everything. A request that goes on
 * for too long is cut off.
 */
export function endAfterRequest(response: ServerResponse, text: string): void {
  const { req: request } = response;
  if (request.complete || request.destroyed) {
    response.end(text);
    return;
  }
  response.write(text);
  dropRest(request, (isComplete) => {
    response.end(isComplete ? undefined : () => request.destroy());
  });
}

function dropRest(request: IncomingMessage, done: (isComplete: boolean) => void): void {
  let dropped = 0;
  const settle = (): void => {
    clearTimeout(timer);
    request.off('data', onData).off('end', settle).off('close', settle);
    done(request.complete);
  };
  const onData = (chunk: Buffer): void => {
    dropped += chunk.length;
    if (dropped > mostDroppedBytes) settle();
  };
  const timer = setTimeout(settle, mostDroppedMs);
  request.on('data', onData).once('end', settle).once('close', settle);
  request.resume();
}
