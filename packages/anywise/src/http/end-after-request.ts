import type { IncomingMessage, ServerResponse } from 'node:http';
import { startTimer } from '../core/time/timers.js';

/** How much of a request is read and discarded after its response, and for how long. */
const mostDroppedBytes = 16 * 1024 * 1024;
const mostDroppedMs = 5_000;

/**
 * Sends a response at once, even if the request is still arriving, and ends it together with the request. If the connection
 * closed earlier, a client that only reads after sending everything would lose the response. A request that takes too long
 * is cut off.
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

/** Reads the rest of a request and discards it. `done` learns whether it came to its end. */
export function dropRest(request: IncomingMessage, done: (isComplete: boolean) => void): void {
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
  const timer = startTimer(settle, mostDroppedMs);
  request.on('data', onData).once('end', settle).once('close', settle);
  request.resume();
}
