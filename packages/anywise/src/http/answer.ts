import { HttpProblem } from './http-problem.js';
import { idempotencyKey } from './idempotency-key.js';
import { readMessage, refusalOf } from './read-message.js';
import type { RequestView } from './request-view.js';
import type { Route } from './route.js';
import type { RoutesOptions, Sender, SenderOptions } from './routes-options.js';

/** A successful answer. Without a reply it has no body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly reply: unknown;
}

/** Sends the message of a request, and makes the answer of its reply. @throws what `problems()` answers. */
export async function answerTo<Request>(
  bus: Sender,
  route: Route<Request>,
  options: RoutesOptions<Request>,
  view: RequestView<Request>,
): Promise<Answer> {
  const key = idempotencyKey(route, view, options);
  const message = readMessage(route, view);
  const sent = bus.send(message, {
    context: options.context?.(view.request) ?? [],
    checkReply: true,
    ...(key !== undefined && { idempotencyKey: key }),
    ...traceOf(view),
  });
  const reply = await sent.catch((error: unknown) => {
    throw refusalOf(route, error);
  });
  if (reply === null && route.method === 'get') throw new HttpProblem(404, { detail: 'Not found.' });
  return {
    status: route.status ?? (reply === undefined ? 204 : 200),
    headers: route.headers?.(reply, view.request) ?? {},
    reply,
  };
}

function traceOf(view: RequestView<unknown>): Pick<SenderOptions, 'trace'> {
  const [traceparent, tracestate] = [view.header('traceparent'), view.header('tracestate')];
  if (traceparent === undefined) return {};
  return { trace: { traceparent, ...(tracestate !== undefined && { tracestate }) } };
}
