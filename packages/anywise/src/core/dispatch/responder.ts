import { AnywiseError } from '../errors/errors.js';
import { answerTo, type AnswerContent, type AnswerError } from '../message/answer.js';
import { LazySignal, type Abortable } from '../time/lazy-signal.js';
import type { Codec } from '../message/codec.js';
import type { Envelope } from '../message/envelope.js';
import type { Command, MessageClass } from '../message/message.js';
import type { Logger } from '../ports/logger.js';
import type { Instruments, Trace } from '../ports/instrumentation.js';
import { listeningAnswer } from '../ports/listening.js';
import type { Observers } from '../ports/observer.js';
import { answerError, hiddenError, timeoutError } from './answer-error.js';
import type { Sender } from './send.js';
import { Turns, type Done } from './turns.js';

export interface ResponderOptions {
  /** The service's name. */
  readonly name: string;
  /** The wire names of the commands and queries that other services may send. */
  readonly types: readonly string[];
  readonly codec: Codec;
  readonly sender: Sender;
  /** How many requests are handled at once. Ten times as many may wait. */
  readonly concurrency: number;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly instruments: Instruments | undefined;
}

/** How long somebody waits for the answer. */
interface Patience {
  /** Aborted when the sender has said that it gave up. */
  readonly gone: Abortable;
  /** When the request came, as `performance.now()` tells it. */
  readonly began: number;
}

/** An answer, and why it is an error, if it is. */
interface Answered {
  readonly content: AnswerContent;
  readonly error: unknown;
}

/** Requests that may wait, for each that is handled. */
export const waitingForEach = 10;

/**
 * Answers the requests of other services: each is handled as if it were sent here, from outside, in a unit of work of its
 * own, with its guards.
 */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #types: ReadonlySet<string>;
  readonly #turns: Turns;
  readonly #inHand = new Set<LazySignal>();
  #isClosed = false;

  constructor(options: ResponderOptions) {
    const { types, concurrency } = options;
    this.#options = options;
    this.#types = new Set(types);
    this.#turns = new Turns(concurrency, concurrency * waitingForEach);
  }

  /** The answer to a request; never rejects. @param gone aborted when the sender has given up. */
  readonly answer = listeningAnswer(async (request, gone) => {
    const began = performance.now();
    const stop = new LazySignal();
    const letGo = stop.follow(gone);
    this.#inHand.add(stop);
    try {
      const { name, instruments } = this.#options;
      const answered = (trace?: Trace): Promise<Answered> => this.#answered(request, stop, { gone, began }, trace);
      const { content } = await (instruments?.isActive === true
        ? instruments.calls.answer(request, answered, ({ error }) => error)
        : answered());
      return answerTo(request, `/${name}`, content);
    } finally {
      letGo();
      this.#inHand.delete(stop);
    }
  });

  /** Gives up what is in hand, and refuses the rest: time is up. */
  abandon(): void {
    this.#isClosed = true;
    for (const stop of this.#inHand) stop.abort(stoppedBefore());
  }

  async #answered(request: Envelope, signal: Abortable, patience: Patience, trace: Trace): Promise<Answered> {
    const { codec, observers } = this.#options;
    const message = codec.classOf(request.type);
    if (message?.kind !== request.kind || !this.#types.has(request.type) || this.#isClosed) {
      return withError(refused(request, 'NO_RESPONDER', true, 'is not answered here'));
    }
    let answered: Answered;
    let done: Done | undefined;
    try {
      done = signal.aborted ? undefined : this.#turns.takeFree();
      done ??= await this.#turns.take(signal);
      const content = done === undefined ? overloaded(request) : unreadable(message, request, patience);
      answered = withError(content ?? { kind: 'reply', data: await this.#receive(request, signal, patience, trace) });
    } catch (thrown) {
      const content: AnswerContent = { kind: 'error', data: this.#told(message, request, thrown, patience) };
      answered = { content, error: thrown };
    } finally {
      done?.();
    }
    const { id, type, kind, source } = request;
    const { error } = answered;
    if (observers.any) {
      const durationMs = performance.now() - patience.began;
      observers.answered({ id, type, kind: kind as 'command' | 'query', source, durationMs, error });
    }
    return answered;
  }

  /** Resolves with the reply of the handler. */
  #receive(request: Envelope, signal: Abortable, patience: Patience, trace: Trace): Promise<unknown> {
    const { codec, sender } = this.#options;
    const command = codec.decode(request) as Command;
    return sender.receive(command, {
      context: codec.entriesOf(request),
      checkReply: true,
      signal,
      timeoutMs: timeLeft(request, patience),
      idempotencyKey: request.idempotencykey,
      origin: { messageId: request.id, correlationId: request.correlationid, causationId: request.causationid },
      span: trace,
    });
  }

  /** What the sender is told of an error; the log has what it is not told. */
  #told(message: MessageClass, request: Envelope, thrown: unknown, patience: Patience): AnswerError {
    const told = answerError(message, thrown);
    if (told !== undefined) return told;
    const { type, id, source } = request;
    const { logger } = this.#options;
    if (isGivenUp(request, thrown, patience)) {
      logger.debug({ type, id, source }, 'The sender of a request gave up before it was answered');
      // Its own timer may not have fired yet.
      return timeoutError(request);
    }
    logger.error({ type, id, source, err: thrown }, 'A request of another service failed');
    return hiddenError(request, thrown);
  }
}

function withError(content: AnswerContent): Answered {
  return { content, error: content.kind === 'error' ? content.data : undefined };
}

/** Whether the data of a version can be brought to the version of this process. */
function isReadable({ version, upcast }: MessageClass, schemaversion: number): boolean {
  if (schemaversion >= version) return schemaversion === version;
  return Array.from({ length: version - schemaversion }, (_, n) => schemaversion + n).every(
    (step) => upcast?.[step] !== undefined,
  );
}

/** How long the sender still waits, in milliseconds, if it says. By duration, as its clock may differ from ours. */
function timeLeft({ timeoutms }: Envelope, { began }: Patience): number | undefined {
  return timeoutms === undefined ? undefined : Math.max(0, timeoutms - (performance.now() - began));
}

/** Timers may end this much before the time, in milliseconds. */
const timerSlackMs = 2;

/** Whether a request failed because its sender had given up, and not by itself. */
function isGivenUp(request: Envelope, thrown: unknown, patience: Patience): boolean {
  const { gone } = patience;
  if (gone.aborted && thrown === gone.reason) return true;
  if (!AnywiseError.is(thrown)) return false;
  const isOver = gone.aborted || (timeLeft(request, patience) ?? Infinity) <= timerSlackMs;
  return isOver && (thrown.code === 'TIMEOUT' || thrown.code === 'ABORTED');
}

function tooLate(request: Envelope): AnywiseError {
  const text = `\`${request.type}\` (${request.id}) was not handled: its sender had given up when its turn came.`;
  return new AnywiseError('TIMEOUT', text, { retryable: true });
}

function overloaded(request: Envelope): AnswerContent {
  return refused(request, 'OVERLOADED', true, 'was not handled: too many requests wait here');
}

/** Why a request is not handled although it is its turn; `undefined` if it is. @throws AnywiseError (`TIMEOUT`) */
function unreadable(message: MessageClass, request: Envelope, patience: Patience): AnswerContent | undefined {
  if (timeLeft(request, patience) === 0) throw tooLate(request);
  const { schemaversion } = request;
  if (isReadable(message, schemaversion)) return undefined;
  const text = `came in version ${schemaversion}, which cannot be read here in version ${message.version}`;
  return refused(request, 'UNSUPPORTED_VERSION', schemaversion > message.version, text);
}

function refused(request: Envelope, code: string, retryable: boolean, why: string): AnswerContent {
  return { kind: 'error', data: { code, message: `\`${request.type}\` (${request.id}) ${why}.`, retryable } };
}

function stoppedBefore(): AnywiseError {
  return new AnywiseError('NOT_RUNNING', 'The bus stopped before the request was answered.', { retryable: true });
}
