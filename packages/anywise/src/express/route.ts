import type { Request } from 'express';
import { checkOptions, ofType, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import type { Command, MessageStatics, ReplyOf } from '../core/message/message.js';

/** The HTTP methods that a route can have. Express answers HEAD and OPTIONS. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Options of a {@link route}. */
export interface RouteOptions<Reply = unknown> {
  /** The status of success. @defaultValue 200, or 204 if there is no reply */
  readonly status?: number;
  /**
   * Whether callers may send an `Idempotency-Key`, so that a repeated request takes effect only once. @defaultValue false
   */
  readonly idempotencyKey?: boolean;
  /**
   * Reads the data of the message from the request.
   *
   * @defaultValue the query for `get`, the body for other methods; path parameters take precedence over both
   */
  input?(request: Request): object;
  /** Headers of a successful answer. */
  headers?(reply: Reply, request: Request): Readonly<Record<string, string>>;
}

/** Maps a request to a message: plain data, made by {@link route}. */
export interface Route extends RouteOptions {
  readonly method: Method;
  readonly path: string;
  readonly message: RequestMessage;
}

/** The part of a message class that a route uses. */
export interface RequestMessage {
  readonly type: string;
  /** Validates the data of a request, and creates the message. */
  parse(data: unknown): Command;
}

type CommandOf<In, C> = MessageStatics<string, In> & (abstract new (...args: never) => C);

export const routeOptionChecks: OptionChecks<RouteOptions> = {
  // Any other status reports an error, or is no final answer.
  status: wholeNumber(200, 399),
  idempotencyKey: ofType('boolean'),
  input: ofType('function'),
  headers: ofType('function'),
};

/**
 * Maps a request to a command or query. Each path parameter needs a string field of the same name; the compiler checks that,
 * unless `input` reads the data.
 *
 * @throws SetupError that names every option that is out of range.
 * @example
 * route('post', '/payments', CreatePayment, { status: 201, idempotencyKey: true });
 * route('get', '/payments/:paymentId', GetPayment);
 */
export function route<In, C extends Command>(
  method: Method,
  path: string,
  message: CommandOf<In, C>,
  options: RouteOptions<ReplyOf<C>> & Required<Pick<RouteOptions, 'input'>>,
): Route;
export function route<const Path extends string, In, C extends Command>(
  method: Method,
  path: Path,
  message: CommandOf<In, C> & TakesParameters<In, Path>,
  options?: RouteOptions<ReplyOf<C>> & { readonly input?: never },
): Route;
export function route(method: Method, path: string, message: RequestMessage, options: RouteOptions = {}): Route {
  checkOptions('`route()`', options, routeOptionChecks);
  return { method, path, message, ...options };
}

type TakesParameters<In, Path extends string> = [PathParameter<Path>] extends [TextField<In>]
  ? unknown
  : { readonly 'no text field for path parameter': Exclude<PathParameter<Path>, TextField<In>> };

/** The fields that accept a string, among other values. */
type TextField<In> = { [K in keyof In]-?: [In[K] & string] extends [never] ? never : K }[keyof In];

type PathParameter<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Word<Rest> | PathParameter<Rest>
  : never;

type Word<Text extends string, Read extends string = ''> = Text extends `${infer Next}${infer Rest}`
  ? Lowercase<Next> extends WordCharacter
    ? Word<Rest, `${Read}${Next}`>
    : Read
  : Read;

// prettier-ignore
type WordCharacter =
  | 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h' | 'i' | 'j' | 'k' | 'l' | 'm' | 'n' | 'o' | 'p' | 'q' | 'r' | 's' | 't'
  | 'u' | 'v' | 'w' | 'x' | 'y' | 'z' | '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '_' | '$';
