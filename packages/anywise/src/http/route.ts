import { checkOptions, ofType, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import type { Command, MessageStatics, ReplyOf } from '../core/message/message.js';
import { isSchema, type Typed } from '../core/message/schema.js';

/** The HTTP methods that a route can have. The framework answers HEAD. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** Options of a `route()`. */
export interface RouteOptions<Reply = unknown, Request = unknown> {
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
  /**
   * What the caller sends, for the OpenAPI document, where `input` makes the message's data of something else. Any Standard
   * Schema of an object; nothing is validated with it.
   *
   * @defaultValue the data of the message
   */
  readonly documented?: Typed<unknown, unknown>;
  /** Headers of a successful answer. */
  headers?(reply: Reply, request: Request): Readonly<Record<string, string>>;
}

/** Maps a request to a message: plain data, made by `route()`. */
export interface Route<Request = unknown> extends RouteOptions<unknown, Request>, RouteTarget {}

/** Which requests become which message. */
export interface RouteTarget {
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
  documented: (value) => (isSchema(value) ? undefined : 'a Standard Schema, such as `z.object({ … })`'),
  headers: ofType('function'),
};

/** `route()` of one framework, whose requests `input` and `headers` get. */
export interface RouteFunction<Request, Made extends Route<Request>> {
  <In, C extends Command>(
    method: Method,
    path: string,
    message: CommandOf<In, C>,
    options: RouteOptions<ReplyOf<C>, Request> & Required<Pick<RouteOptions<unknown, Request>, 'input'>>,
  ): Made;
  <const Path extends string, In, C extends Command>(
    method: Method,
    path: Path,
    message: CommandOf<In, C> & TakesParameters<In, Path>,
    options?: RouteOptions<ReplyOf<C>, Request> & { readonly input?: never },
  ): Made;
}

export function makeRoute(method: Method, path: string, message: RequestMessage, options: RouteOptions = {}): Route {
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
