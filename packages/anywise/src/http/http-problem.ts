import { STATUS_CODES } from 'node:http';

/** One field of a request that is wrong. */
export interface FieldError {
  /** The field as `customer.address.0`; empty for the data as a whole. */
  readonly field: string;
  /** The same place as a JSON pointer in a URI fragment, `#/customer/address/0`. */
  readonly pointer: string;
  /** What is wrong with it. */
  readonly detail: string;
}

/** Options of an {@link HttpProblem}: the members of RFC 9457, and headers. */
export interface HttpProblemOptions {
  /** A URI reference that names the kind of problem. @defaultValue `about:blank`: the status says everything */
  readonly type?: string;
  /** The kind of problem in a few words, always the same. @defaultValue the phrase of the status, such as `Not Found` */
  readonly title?: string;
  /** What happened this time, for people. */
  readonly detail?: string;
  /** A code for programs to compare, besides the status. */
  readonly code?: string;
  /** The fields that are wrong. */
  readonly errors?: readonly FieldError[];
  /** Further members of the document. They cannot replace the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Headers to send with it, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What caused it, for the log only. */
  readonly cause?: unknown;
}

const brand = Symbol.for('anywise.http-problem');

/**
 * An error response to throw from middleware or a route: `problems()` sends it as an RFC 9457 document. Everything except
 * `cause` reaches the caller, so put no secrets in it.
 *
 * @example
 * throw new HttpProblem(401, { detail: 'The token has expired.', headers: { 'www-authenticate': 'Bearer' } });
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly headers: Readonly<Record<string, string>>;
  readonly #options: HttpProblemOptions;

  /** @param status from 400 to 599. */
  constructor(
    readonly status: number,
    options: HttpProblemOptions = {},
  ) {
    super(options.detail ?? titleOf(status, options), 'cause' in options ? { cause: options.cause } : undefined);
    this.headers = options.headers ?? {};
    this.#options = options;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Recognises problems from any installed copy of this package. */
  static is(error: unknown): error is HttpProblem {
    return typeof error === 'object' && error !== null && brand in error;
  }

  /** The problem document. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { type = 'about:blank', detail, code, errors, members } = this.#options;
    return { ...members, type, title: titleOf(this.status, this.#options), status: this.status, detail, code, errors };
  }
}

function titleOf(status: number, { title }: HttpProblemOptions): string {
  return title ?? STATUS_CODES[status] ?? 'Error';
}
