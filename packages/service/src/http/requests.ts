import { randomUUID } from 'node:crypto';
import { Command, contextKey, MessageRegistry, on, type ContextEntry, type Logger } from 'anywise';
import type { Request, RequestHandler } from 'express';
import { idsOf, RequestId } from '../log/service-log.js';

/** The ids of a request and of the message that it became. */
interface Trace {
  readonly requestId: string;
  message?: object;
}

const traces = new WeakMap<Request, Trace>();

/** Stays in this process: it only tells the guard which request a command comes from. */
const CurrentTrace = contextKey<Trace>('request-trace');

/** Records which message a request became, for the request's line in the log. */
export const requestTracing = new MessageRegistry('http').register(
  on(Command).before((_command, context) => {
    const trace = context.find(CurrentTrace);
    // The first is the request's own; the commands that it sends in turn see the same trace.
    if (trace !== undefined) trace.message ??= idsOf(context);
  }),
);

/**
 * Gives each request an id: its `x-request-id` if that is valid, otherwise a new one. The answer repeats it.
 * Logs each request when it has ended.
 */
export function traceRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    const trace: Trace = { requestId: readRequestId(request) };
    traces.set(request, trace);
    response.set('x-request-id', trace.requestId);
    const { method, path } = request;
    response.once('close', () => {
      const ms = Math.round(performance.now() - began);
      // Without an answer, the client has disconnected or the time to stop was up.
      const status = response.writableFinished ? response.statusCode : 'no answer';
      logger.info({ method, path, status, ms, ...traceOf(request) }, `${method} ${path} ${status} ${ms} ms`);
    });
    next();
  };
}

/** The ids of a request and its message, for a line of the log. */
export function traceOf(request: Request): object {
  const trace = traces.get(request);
  return trace === undefined ? {} : { ...trace.message, requestId: trace.requestId };
}

/** The context values of a request's messages. */
export function traceEntries(request: Request): readonly ContextEntry[] {
  const trace = traces.get(request);
  return trace === undefined ? [] : [RequestId(trace.requestId), CurrentTrace(trace)];
}

/** No characters that could end a line, a header or a cell of a spreadsheet. */
const wellFormed = /^[\w.~+/:@-]{1,128}$/;

function readRequestId(request: Request): string {
  const [given, ...more] = request.headersDistinct['x-request-id'] ?? [];
  return given !== undefined && more.length === 0 && wellFormed.test(given) ? given : randomUUID();
}
