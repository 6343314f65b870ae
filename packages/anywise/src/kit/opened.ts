import { checkOptions, ofType } from '../core/errors/options.js';

/** Opens and closes something. */
export interface OpenedOptions<T> {
  /** Opens it. Only called again after it rejected, or after its result was closed. */
  readonly open: () => Promise<T>;
  /** Closes the result of `open`. */
  readonly close: (opened: T) => Promise<void>;
}

/**
 * Something that is opened once, when first needed, and again after a failure: a connection and everything that depends on
 * it.
 */
export class Opened<T extends object> {
  readonly #options: OpenedOptions<T>;
  #opening: Promise<T> | undefined;
  #current: T | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: OpenedOptions<T>) {
    const checks = { open: ofType('function'), close: ofType('function') };
    checkOptions('`new Opened(…)`', options, checks, ['open', 'close']);
    this.#options = options;
  }

  /** What is open now; `undefined` before the first `get` has resolved, and after `close`. */
  get current(): T | undefined {
    return this.#current;
  }

  /** Opens it if necessary; concurrent callers share the attempt. If it fails, the next call tries again. */
  get(): Promise<T> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#options.open();
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
    this.#opening = undefined;
    this.#current = undefined;
    const opened = await opening?.catch(() => undefined);
    if (opened !== undefined) await this.#options.close(opened);
  }
}
