import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions, ofType, text, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import { answerProblem, answerTo, type AnswerError } from '../core/message/answer.js';
import { writeEnvelope, type Envelope } from '../core/message/envelope.js';
import { answerBy } from '../core/ports/listening.js';
import type { Answer } from '../core/ports/transport.js';
import { LazySignal } from '../core/time/lazy-signal.js';
import { noResponder } from './pending-requests.js';
import { readEnvelope } from './wire.js';

/** Options of {@link Answering}. */
export interface AnsweringOptions {
  /** The service that answers. */
  readonly service: string;
  /** The callback of `serve`. */
  readonly answer: Answer;
  /** How large a request and an answer may be as JSON, in bytes. */
  readonly maxBytes: number;
  /** Called with requests that cannot be read, and with answers that cannot be sent. */
  readonly onError: (error: unknown) => void;
}

/** A request as it came from the wire. */
export interface Asked {
  /** What its sender will know the answer by. */
  readonly ticket: string;
  readonly text: string;
  /** Sends the answer. May reject. Not called if the sender no longer waits for it. */
  readonly reply: (json: string) => unknown;
  /** What it came over, for `lose`. @defaultValue none */
  readonly route?: unknown;
}

const checks: OptionChecks<AnsweringOptions> = {
  service: text(),
  answer: ofType('function'),
  maxBytes: wholeNumber(1),
  onError: ofType('function'),
};

const notBegun = Promise.resolve();

interface InHand {
  readonly stop: LazySignal;
  readonly route: unknown;
  /** Of the answer, once that was begun. */
  done: Promise<void>;
}

/** The requests that one subscription of `serve` has in hand, without its wire. */
export class Answering {
  readonly #options: AnsweringOptions;
  readonly #inHand = new Map<string, InHand>();
  #isClosed = false;

  constructor(options: AnsweringOptions) {
    checkOptions('`new Answering(…)`', options, checks, ['service', 'answer', 'maxBytes', 'onError']);
    this.#options = options;
  }

  /** How many requests are in hand, those included whose answers are being sent. */
  get size(): number {
    return this.#inHand.size;
  }

  /** Answers a request. One that is in hand already is ignored, and one that comes after `close` is answered `NO_RESPONDER`. */
  take(asked: Asked): void {
    const { ticket, route } = asked;
    if (this.#inHand.has(ticket)) return;
    const inHand: InHand = { stop: new LazySignal(), route, done: notBegun };
    this.#inHand.set(ticket, inHand);
    inHand.done = this.#answer(asked, inHand.stop);
  }

  /** Aborts the signal of a request: its sender has given up. */
  cancel(ticket: string): void {
    this.#inHand.get(ticket)?.stop.abort(callerGone());
  }

  /** Aborts the signals of requests that came over a connection which was lost. @param route @defaultValue all */
  lose(route?: unknown): void {
    for (const { stop, route: own } of this.#inHand.values()) {
      if (route === undefined || own === route) stop.abort(callerGone());
    }
  }

  /** Takes no more, and resolves when those in hand are answered. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#inHand.values()].map(({ done }) => done));
  }

  async #answer({ text, ticket, reply }: Asked, stop: LazySignal): Promise<void> {
    const { maxBytes, service, onError } = this.#options;
    try {
      const received = readEnvelope({ text, name: `The request ${ticket}` }, maxBytes);
      if (!('envelope' in received)) {
        throw new AnywiseError('UNREADABLE_MESSAGE', `A request to \`${service}\` cannot be read: ${received.reason}`);
      }
      const json = await this.#answerOf(received.envelope, stop);
      if (!stop.aborted) await reply(json);
    } catch (error) {
      onError(error);
    } finally {
      this.#inHand.delete(ticket);
    }
  }

  async #answerOf(request: Envelope, stop: LazySignal): Promise<string> {
    const { answer, maxBytes, onError } = this.#options;
    if (this.#isClosed) return this.#error(request, noResponder(request.type));
    try {
      return write(request, await answerBy(answer, request, stop), maxBytes);
    } catch (error) {
      if (AnywiseError.is(error) && error.code === 'MESSAGE_TOO_LARGE') return this.#error(request, error);
      onError(error);
      const message = `The answer to \`${request.type}\` (${request.id}) could not be sent.`;
      return this.#error(request, { code: 'REMOTE_FAILED', message, retryable: false });
    }
  }

  #error(request: Envelope, { code, message, retryable }: AnswerError): string {
    const content = { kind: 'error', data: { code, message, retryable } } as const;
    return JSON.stringify(answerTo(request, `/${this.#options.service}`, content));
  }
}

function write(request: Envelope, answer: Envelope, maxBytes: number): string {
  const { json } = writeEnvelope(answer, maxBytes);
  const problem = answerProblem(request, answer);
  if (problem === undefined) return json;
  throw new AnywiseError('INVALID_ENVELOPE', `The answer to \`${request.type}\` cannot be one: ${problem}.`);
}

function callerGone(): AnywiseError {
  return new AnywiseError('ABORTED', 'The sender of the request has given up or is gone.');
}
