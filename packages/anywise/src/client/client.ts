import { AnywiseError, SetupError } from '../core/errors/errors.js';
import {
  milliseconds,
  ofType,
  optionProblems,
  checkOptions,
  checkedElsewhere,
  oneOf,
  wholeNumber,
  abortSignal,
  type OptionChecks,
} from '../core/errors/options.js';
import { DomainError } from '../core/message/domain-error.js';
import { newId } from '../core/message/id.js';
import {
  definitionOf,
  type AnyCommand,
  type ErrorsOf,
  type MessageClass,
  type ReplyOf,
} from '../core/message/message.js';
import { replyIn } from './answer.js';
import { attempt, type Fetch } from './attempt.js';
import { requestOf } from './request.js';
import { routeProblems, type ClientRoute } from './routes.js';
import { later, pause, until } from './timers.js';

/** Options of {@link createClient}. */
export interface ClientOptions {
  /** Where the service is, such as `https://shop.example`. Routes with a `url` of their own do not need it. */
  readonly url?: string;
  /** How messages are sent: the routes of the services, or `routesIn` their OpenAPI documents. */
  readonly routes: readonly ClientRoute[];
  /** Headers of each attempt, such as a token. A function is asked each time, so that a token can be renewed. @defaultValue none */
  readonly headers?: Headers | (() => Headers | Promise<Headers>);
  /** How long a `send` may take in all, attempts and pauses included, in milliseconds. @defaultValue 10_000 */
  readonly timeoutMs?: number;
  /**
   * How often a request is repeated where that is safe: for a `get`, and for a route that takes an `Idempotency-Key`. Others
   * are never repeated. @defaultValue 2
   */
  readonly retries?: number;
  /** Whether cookies are sent to another origin, as `fetch` has it. @defaultValue what `fetch` does */
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  /** @defaultValue the `fetch` of the browser or of Node */
  readonly fetch?: Fetch;
}

type Headers = Readonly<Record<string, string>>;

/** Options of one `send`. */
export interface ClientSendOptions {
  /** Names the command for repeats of yours, such as after a reload. @defaultValue a new one for each `send` */
  readonly idempotencyKey?: string;
  /** Aborting it rejects with its reason. The request may have had its effect. @defaultValue none */
  readonly signal?: AbortSignal;
  /** In milliseconds. @defaultValue that of the client */
  readonly timeoutMs?: number;
}

/** The result of `trySend`: the reply, or one of the errors that the command declares. */
export type ClientTried<Reply, Errors> =
  { readonly ok: true; readonly value: Reply } | { readonly ok: false; readonly error: Errors };

/** Sends messages over HTTP. */
export interface Client {
  /**
   * Sends a command or query, and returns its reply as the contract declares it; `null` where a query found nothing.
   *
   * @throws the domain errors of the contract.
   * @throws InvalidMessageError if the server refuses the data.
   * @throws AnywiseError (`NO_HANDLER`) if no route sends it, (`TIMEOUT`) if it takes too long, (`UNAVAILABLE`, retryable) if
   * the server cannot be reached, (`UNREADABLE_MESSAGE`) if the answer does not fit the contract, and with the codes that the
   * server answers.
   * @throws ProblemError for any other answer, such as 401.
   */
  send<C extends AnyCommand>(message: C, options?: ClientSendOptions): Promise<ReplyOf<C>>;
  /** Like `send`, but returns the errors that the command declares as values. Other errors still reject. */
  trySend<C extends AnyCommand>(message: C, options?: ClientSendOptions): Promise<ClientTried<ReplyOf<C>, ErrorsOf<C>>>;
}

/**
 * Creates a client that sends messages to the routes of services, from a browser or from Node. Replies and errors are those
 * of the contract.
 *
 * @throws SetupError that names every route that cannot work, and every option that is out of range.
 * @example
 * const client = createClient({ url: 'https://shop.example', routes: routesIn(document), headers: () => ({ authorization }) });
 * const order = await client.send(new PlaceOrder({ customerId, amount: 1250, currency: 'EUR' }));
 */
export function createClient(options: ClientOptions): Client {
  const { routes, url } = Object(options) as ClientOptions;
  const wrong = optionProblems(options, checks, ['routes']);
  if (wrong.length === 0) wrong.push(...routeProblems(routes, url));
  if (wrong.length > 0) throw new SetupError('INVALID_SETUP', '`createClient()`', wrong);
  const byType = new Map([...routes].reverse().map((route) => [route.message.type, route]));
  const client: Client = {
    async send<C extends AnyCommand>(message: C, sendOptions: ClientSendOptions = {}) {
      checkOptions('`client.send()`', sendOptions, sendChecks);
      const definition = definitionOf(message);
      const route = byType.get(definition.type);
      if (route === undefined) throw noRoute(definition);
      return (await sendOver(route, message, definition, { ...options, ...defined(sendOptions) })) as ReplyOf<C>;
    },
    async trySend<C extends AnyCommand>(message: C, sendOptions?: ClientSendOptions) {
      try {
        return { ok: true, value: await client.send(message, sendOptions) };
      } catch (error) {
        const declared = definitionOf(message).errors ?? [];
        if (DomainError.is(error) && declared.some(({ type }) => type === error.type)) {
          return { ok: false, error: error as ErrorsOf<C> };
        }
        throw error;
      }
    },
  };
  return client;
}

const checks: OptionChecks<ClientOptions> = {
  // Checked with the routes, some of which have their own.
  url: checkedElsewhere(),
  routes: checkedElsewhere(),
  headers: (value) =>
    typeof value === 'function' || (typeof value === 'object' && value !== null)
      ? undefined
      : 'an object, or a function that returns one',
  timeoutMs: milliseconds(1),
  retries: wholeNumber(0, 20),
  credentials: oneOf('omit', 'same-origin', 'include'),
  fetch: ofType('function'),
};

const sendChecks: OptionChecks<ClientSendOptions> = {
  idempotencyKey: (value) =>
    typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value) ? undefined : '1 to 255 visible ASCII characters',
  signal: abortSignal(),
  timeoutMs: milliseconds(1),
};

function defined<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

function noRoute({ type }: MessageClass): AnywiseError {
  return new AnywiseError('NO_HANDLER', `No route sends \`${type}\`. Add its route to the \`routes\` of the client.`);
}

async function sendOver(
  route: ClientRoute,
  message: AnyCommand,
  definition: MessageClass,
  options: ClientOptions & ClientSendOptions,
): Promise<unknown> {
  const { timeoutMs = 10_000, retries = 2, signal, url = '' } = options;
  const request = requestOf(route, message, route.url ?? url);
  const shown = `${request.method} ${route.path}`;
  const key = keyOf(route, shown, options.idempotencyKey);
  const most = route.method === 'get' || key !== undefined ? retries : 0;
  const endsAt = performance.now() + timeoutMs;
  const ending = endingOf(shown, timeoutMs, signal);
  const once = { ...options, key, shown, signal: ending.signal };
  try {
    for (let tried = 0; ; tried += 1) {
      const { outcome, retryAfterMs } = await until(ending.signal, attempt(request, once));
      const waitMs = retryAfterMs === undefined ? undefined : Math.max(retryAfterMs, backoff(tried));
      // What cannot be tried again in time is told at once.
      if (waitMs === undefined || tried >= most || performance.now() + waitMs >= endsAt) {
        if (outcome instanceof AnywiseError) throw outcome;
        return replyIn(definition, outcome);
      }
      await pause(waitMs, ending.signal);
    }
  } finally {
    ending.close();
  }
}

/** A key makes a command safe to repeat, so there is always one where the route takes it. */
function keyOf({ idempotencyKey }: ClientRoute, shown: string, given: string | undefined): string | undefined {
  if (idempotencyKey === true) return given ?? newId();
  if (given === undefined) return undefined;
  throw new SetupError('INVALID_SETUP', '`client.send()`', [
    `${shown} takes no \`idempotencyKey\`: repeating it would take effect twice`,
  ]);
}

/** With jitter, so that clients do not come back all at once. */
function backoff(tried: number): number {
  return 100 * 2 ** tried * (0.5 + Math.random());
}

/** A signal that aborts at the end of the time, or with the caller's. */
function endingOf(shown: string, timeoutMs: number, signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  const cancel = later(() => {
    const text = `${shown} took longer than ${timeoutMs} ms. It may have had an effect: look before you repeat it.`;
    controller.abort(new AnywiseError('TIMEOUT', text, { retryable: true }));
  }, timeoutMs);
  return {
    signal: controller.signal,
    close: () => {
      cancel();
      signal?.removeEventListener('abort', abort);
    },
  };
}
