import { checkOptions, ofType } from '../core/errors/options.js';

/** Opens and closes something. */
export interface OpenedOptions<T> {
  /**
   * Opens it. Only called again after it rejected, or after its result was closed or lost.
   *
   * @param lost to be called when what was opened is gone, such as a connection that broke: it is closed, and the next `get`
   * opens it anew.
   */
  readonly open: (lost: () => void) => Promise<T>;
  /** Closes the result of `open`, which may be gone already. */
  readonly close: (opened: T) => Promise<void>;
}

/**
 * Something that is opened once, when first needed, and again after it failed or was lost: a connection and everything that
 * depends on it.
 */
export class Opened<T extends object> {
  readonly #options: OpenedOptions<T>;
  #opening: Promise<T> | undefined;
  #current: T | undefined;
  #closing: Promise<void> | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(options: OpenedOptions<T>) {
    const checks = { open: ofType('function'), close: ofType('function') };
    checkOptions('`new Opened(…)`', options, checks, ['open', 'close']);
    this.#options = options;
  }

  /** What is open now; `undefined` before the first `get` has resolved, and after `close` or a loss. */
  get current(): T | undefined {
    return this.#current;
  }

  /** Opens it if necessary; concurrent callers share the attempt. If it fails, the next call tries again. */
  get(): Promise<T> {
    if (this.#opening !== undefined) return this.#opening;
    const attempt: { opening?: Promise<T> } = {};
    const opening = this.#options.open(() => this.#lose(attempt.opening));
    attempt.opening = opening;
    this.#opening = opening;
    opening.then(
      (opened) => {
        if (this.#opening === opening) this.#current = opened;
      },
      () => {
        if (this.#opening === opening) this.#opening = undefined;
      },
    );
    return opening;
  }

  /** Closes it if it is open or being opened. Idempotent; resolves when it is closed. */
  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => (this.#closing = undefined));
    return this.#closing;
  }

  async #close(): Promise<void> {
    const opening = this.#opening;
    this.#forget();
    await Promise.all([this.#end(opening), ...this.#ending]);
  }

  #lose(opening: Promise<T> | undefined): void {
    if (opening === undefined || this.#opening !== opening) return;
    this.#forget();
    // Whether what is gone can be closed is of no interest.
    const ending = this.#end(opening)
      .catch(() => undefined)
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #forget(): void {
    this.#opening = undefined;
    this.#current = undefined;
  }

  async #end(opening: Promise<T> | undefined): Promise<void> {
    const opened = await opening?.catch(() => undefined);
    if (opened !== undefined) await this.#options.close(opened);
  }
}
