import { randomUUID } from 'node:crypto';
import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions, ofType, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';
import { parseAnswer } from '../core/message/answer.js';
import { writeEnvelope, type Envelope } from '../core/message/envelope.js';
import { sliceOf } from '../core/message/message.js';
import type { Abortable } from '../core/time/lazy-signal.js';

/** A request on its way to the wire. */
export interface Ask {
  /** Identifies the answer to it, among all requests of all processes: letters, digits and `-`, at most 60. */
  readonly ticket: string;
  readonly request: Envelope;
  readonly json: string;
}

/** Options of {@link PendingRequests}. */
export interface PendingRequestsOptions<Route> {
  /** How large a request may be as JSON, in bytes. */
  readonly maxBytes: number;
  /**
   * Puts a request on the wire, and gives the way that it took, such as the connection. The request fails with what this
   * throws or rejects with.
   */
  readonly send: (ask: Ask) => Route | Promise<Route>;
  /** Tells the responder that the sender no longer waits for the answer. Called after `send`. Failures are ignored. */
  readonly cancel: (ticket: string, route: Route) => unknown;
}

const checks: OptionChecks<PendingRequestsOptions<unknown>> = {
  maxBytes: wholeNumber(1),
  send: ofType('function'),
  cancel: ofType('function'),
};

interface Pending<Route> {
  readonly request: Envelope;
  readonly resolve: (answer: Envelope) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: Abortable;
  readonly giveUp: () => void;
  /** The way that it took, once it is known. */
  route: Route | undefined;
  /** The same, where it is not known at once; `undefined` before it is sent. */
  sending: Route | Promise<Route> | undefined;
  isSent: boolean;
}

/**
 * The requests of one connection that wait for their answers: the `request` of a transport, without its wire. An answer that
 * no request waits for is ignored: it is late, a duplicate, or a stranger's.
 */
export class PendingRequests<Route = void> {
  readonly #options: PendingRequestsOptions<Route>;
  readonly #pending = new Map<string, Pending<Route>>();
  readonly #name = randomUUID();
  #count = 0;
  #isClosed = false;

  constructor(options: PendingRequestsOptions<Route>) {
    checkOptions('`new PendingRequests(…)`', options, checks, ['maxBytes', 'send', 'cancel']);
    this.#options = options;
  }

  /** How many wait. */
  get size(): number {
    return this.#pending.size;
  }

  /** Sends a request and resolves with its answer. Keeps the promises of `Transport.request`. */
  ask(request: Envelope, signal: Abortable): Promise<Envelope> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw signal.reason;
      if (this.#isClosed) throw closed();
      const { json } = writeEnvelope(request, this.#options.maxBytes);
      const ticket = `${this.#name}-${this.#count++}`;
      const giveUp = (): void => void this.#giveUp(ticket, signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      const pending: Pending<Route> = {
        request,
        resolve,
        reject,
        signal,
        giveUp,
        route: undefined,
        sending: undefined,
        isSent: false,
      };
      this.#pending.set(ticket, pending);
      this.#send({ ticket, request, json }, pending);
    });
  }

  /** Gives an answer to the request that waits for it; `false` if none does. */
  settle(ticket: string, json: string): boolean {
    const pending = this.#take(ticket);
    if (pending === undefined) return false;
    try {
      pending.resolve(parseAnswer(pending.request, json));
    } catch (error) {
      pending.reject(error);
    }
    return true;
  }

  /** Ends the wait for an answer that will not come, such as that of a request which the broker returned. */
  fail(ticket: string, error: unknown): boolean {
    const pending = this.#take(ticket);
    pending?.reject(error);
    return pending !== undefined;
  }

  /** Ends the waits whose answers a lost connection takes with it, with `UNAVAILABLE`. @param route @defaultValue all */
  lose(cause: unknown, route?: Route): void {
    for (const [ticket, pending] of [...this.#pending]) {
      if (route === undefined || pending.route === route) this.fail(ticket, connectionLost(pending.request, cause));
    }
  }

  /** Ends all waits with `UNAVAILABLE`, refuses further requests, and resolves when all are cancelled. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#pending.keys()].map((ticket) => this.#giveUp(ticket, closed())));
  }

  #send(ask: Ask, pending: Pending<Route>): void {
    try {
      const sending = this.#options.send(ask);
      pending.isSent = true;
      pending.sending = sending;
      // Most often it is on its way at once, and a promise would cost as much as the rest of this.
      if (!isPromise(sending)) {
        pending.route = sending;
        return;
      }
      sending.then(
        (route) => (pending.route = route),
        (error: unknown) => this.fail(ask.ticket, error),
      );
    } catch (error) {
      this.fail(ask.ticket, error);
    }
  }

  async #giveUp(ticket: string, reason: unknown): Promise<void> {
    const pending = this.#take(ticket);
    pending?.reject(reason);
    if (pending?.isSent !== true) return;
    try {
      await this.#options.cancel(ticket, (await pending.sending) as Route);
    } catch {
      // The responder works in vain, which harms no one.
    }
  }

  #take(ticket: string): Pending<Route> | undefined {
    const pending = this.#pending.get(ticket);
    if (pending === undefined) return undefined;
    this.#pending.delete(ticket);
    pending.signal.removeEventListener('abort', pending.giveUp);
    return pending;
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Partial<Promise<T>> | null | undefined)?.then === 'function';
}

/** For a request whose type no instance serves, so it was certainly not handled. */
export function noResponder(type: string): AnywiseError {
  return new AnywiseError(
    'NO_RESPONDER',
    `No instance of \`${sliceOf(type)}\` answers \`${type}\` now, so it was not handled. Start the service, or send it again later.`,
    { retryable: true },
  );
}

/** For a request whose connection was lost before its answer came: it may or may not have been handled. */
export function connectionLost({ type, id }: Envelope, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNAVAILABLE',
    `The connection was lost while \`${type}\` (${id}) waited for its answer, so whether it was handled is not known: ${errorText(cause)}`,
    { cause, retryable: true },
  );
}

function closed(): AnywiseError {
  return new AnywiseError('UNAVAILABLE', 'The transport is closed.');
}
