import { createHash } from 'node:crypto';
import { Router, type Request, type RequestHandler } from 'express';
import type { ContextEntry } from '../core/message/context.js';
import { SetupError } from '../core/errors/errors.js';
import {
  ofType,
  oneOf,
  optionProblems,
  text,
  wholeNumber,
  withMethods,
  type OptionChecks,
} from '../core/errors/options.js';
import type { Command } from '../core/message/message.js';
import { HttpProblem } from './http-problem.js';
import { jsonBody } from './json-body.js';
import { readMessage, refusalOf } from './read-message.js';
import { routeOptionChecks, type Route } from './route.js';

/** The part of the bus that routes use. */
export interface Sender {
  /** Sends a command or query to its handler and returns the reply. */
  send(command: Command, options?: SenderOptions): Promise<unknown>;
}

/** What a route passes to the bus besides the message. */
export interface SenderOptions {
  readonly context?: readonly ContextEntry[];
  readonly idempotencyKey?: string;
  readonly checkReply?: boolean;
}

/** Options of {@link routes}. */
export interface RoutesOptions {
  /** Values for the context of each message, such as the user. @defaultValue nothing */
  readonly context?: (request: Request) => readonly ContextEntry[];
  /**
   * Who owns an `Idempotency-Key`, usually the user's id: keys of different owners never collide. Required if any route
   * accepts such keys.
   */
  readonly idempotencyScope?: (request: Request) => string;
  /** The largest body in bytes, after decompression. A larger one gets a 413. @defaultValue 102_400 (100 KiB) */
  readonly bodyLimitBytes?: number;
}

/**
 * An Express router that answers each route with the reply of its message. It reads JSON bodies itself; put `notFound()` and
 * `problems()` behind it. A handler may throw an `InvalidMessageError` for its message if only it can tell that data is
 * invalid, such as an unknown cursor: it is answered like data that does not fit the schema.
 *
 * @throws SetupError that names every route that cannot work, and every option that is out of range.
 * @example
 * app.use(authenticate, routes(anywise, [createPaymentRoute, getPaymentRoute], {
 *   context: (request) => [CurrentUser(userOf(request))],
 *   idempotencyScope: (request) => userOf(request).id,
 * }));
 */
export function routes(bus: Sender, definitions: readonly Route[], options: RoutesOptions = {}): Router {
  const wrong = setupProblems(definitions, options);
  if (wrong.length > 0) throw new SetupError('INVALID_SETUP', '`routes()`', wrong);

  const router = Router();
  const readBody = jsonBody(options.bodyLimitBytes ?? 102_400);
  for (const route of definitions) {
    const handlers = route.method === 'get' ? [] : [readBody];
    router[route.method](route.path, ...handlers, answer(bus, route, options));
  }
  return router;
}

const optionChecks: OptionChecks<RoutesOptions> = {
  context: ofType('function'),
  idempotencyScope: ofType('function'),
  bodyLimitBytes: wholeNumber(1),
};

const routeChecks: OptionChecks<Route> = {
  method: oneOf('get', 'post', 'put', 'patch', 'delete'),
  path: text(),
  message: withMethods('a command or query, made by `command` or `query`', 'parse'),
  ...routeOptionChecks,
};

function setupProblems(definitions: readonly Route[], options: RoutesOptions): string[] {
  const problems = optionProblems(options, optionChecks);
  const { idempotencyScope } = Object(options) as RoutesOptions;
  const seen = new Set<string>();
  for (const route of definitions) {
    const { method, path, idempotencyKey } = Object(route) as Readonly<Record<keyof Route, unknown>>;
    const name = `\`${String(method).toUpperCase()} ${String(path)}\``;
    const wrong = optionProblems(route, routeChecks, ['method', 'path', 'message']);
    problems.push(...wrong.map((problem) => `${name}: ${problem}`));
    if (typeof path !== 'string') continue;
    // Two paths that differ only in the names of their parameters match the same requests.
    const requests = `${String(method)} ${path.replaceAll(/:\w+/g, ':')}`;
    if (seen.has(requests)) problems.push(`${name} can never be reached: an earlier route answers the same requests`);
    seen.add(requests);
    if (!path.startsWith('/')) problems.push(`the path of ${name} must start with a slash`);
    if (idempotencyKey === true && idempotencyScope === undefined) {
      problems.push(`${name} takes an \`Idempotency-Key\`: set \`idempotencyScope\`, so that users never share keys`);
    }
  }
  return problems;
}

function answer(bus: Sender, route: Route, options: RoutesOptions): RequestHandler {
  return async (request, response) => {
    const key = idempotencyKey(route, request, options);
    const message = readMessage(route, request);
    const sent = bus.send(message, {
      context: options.context?.(request) ?? [],
      checkReply: true,
      ...(key !== undefined && { idempotencyKey: key }),
    });
    const reply = await sent.catch((error: unknown) => {
      throw refusalOf(route, error);
    });
    if (reply === null && route.method === 'get') throw new HttpProblem(404, { detail: 'Not found.' });
    if (route.headers !== undefined) response.set(route.headers(reply, request));
    response.status(route.status ?? (reply === undefined ? 204 : 200));
    if (reply === undefined) response.end();
    else response.json(reply);
  };
}

const visibleAscii = /^[\x21-\x7e]{1,255}$/;

function idempotencyKey(route: Route, request: Request, { idempotencyScope }: RoutesOptions): string | undefined {
  const key = request.get('idempotency-key');
  if (route.idempotencyKey !== true || idempotencyScope === undefined || key === undefined) return undefined;
  if (!visibleAscii.test(key)) {
    throw new HttpProblem(400, { detail: 'The `Idempotency-Key` must be 1 to 255 visible ASCII characters.' });
  }
  return `${ownerOf(idempotencyScope(request))}:${key}`;
}

/** The owner has no colon, so no two pairs of owner and key collide. An overlong owner is replaced by its hash. */
function ownerOf(scope: string): string {
  const owner = /\p{Surrogate}/u.test(scope) ? undefined : encodeURIComponent(scope);
  if (owner !== undefined && owner.length <= 200) return owner;
  return `=${createHash('sha256').update(scope, 'utf16le').digest('base64url')}`;
}
