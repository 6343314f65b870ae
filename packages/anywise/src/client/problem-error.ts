const brand = Symbol.for('anywise.problem-error');

/** A problem document (RFC 9457), as a server answered it. */
export interface ProblemDocument {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly field?: string; readonly pointer?: string; readonly detail?: string }[];
  readonly data?: unknown;
}

/** An answer of a server that is neither a reply, nor an error of the contract, nor one of the bus: a missing token, say. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly retryable: boolean;

  /** @param problem the document; empty if the answer had none, as that of a proxy. */
  constructor(
    readonly status: number,
    readonly problem: ProblemDocument,
    options: { readonly request: string; readonly retryable?: boolean },
  ) {
    super(
      `${options.request} was answered with ${status}: ${problem.detail ?? problem.title ?? 'no reason was given'}`,
    );
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Recognises errors of any installed copy of this package. */
  static is(error: unknown): error is ProblemError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}
