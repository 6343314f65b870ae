/** Tells work to give up: an abort signal, or something that can become one. */
export interface Abortable {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

type Listener = () => void;

/**
 * An abort signal that is created when first asked for: most code never asks, and creating one costs as much as a message.
 */
export class LazySignal implements Abortable {
  #controller: AbortController | undefined;
  #reason: Error | undefined;
  /** Nearly always there is one at most. */
  #listener: Listener | undefined;
  #others: Set<Listener> | undefined;

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): Error | undefined {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** @throws the reason, once there is one. */
  throwIfAborted(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** The first reason wins. */
  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#listener?.();
    for (const listener of this.#others ?? []) listener();
  }

  /** Has it aborted with another one. Returns what lets go of that. */
  follow(source: Abortable): () => void {
    const abort = (): void => this.abort(source.reason as Error);
    if (source.aborted) abort();
    source.addEventListener('abort', abort, { once: true });
    return () => source.removeEventListener('abort', abort);
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    if (this.#listener === undefined && this.#others === undefined) this.#listener = listener;
    else if (this.#listener !== listener) (this.#others ??= new Set()).add(listener);
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }
}
