import { backoff } from '../../kit/retry.js';
import { Waiters } from '../../kit/wait.js';
import { AnywiseError } from '../errors/errors.js';
import { encodeRequest, type Codec } from '../message/codec.js';
import { MessageContext } from '../message/context.js';
import { textProblem } from '../message/envelope-problems.js';
import type { Envelope } from '../message/envelope.js';
import { declarationOf, definitionOf, sliceOf, type Command, type MessageClass } from '../message/message.js';
import type { Logger } from '../ports/logger.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Observers } from '../ports/observer.js';
import { requestOver } from '../ports/listening.js';
import type { Transport } from '../ports/transport.js';
import { sleep } from '../time/timers.js';
import type { Frame } from './frame.js';
import { readAnswer } from './read-answer.js';
import {
  commandOfQuery,
  givenUp,
  lostWhileAsking,
  stoppedWhileAsking,
  timedOut,
  type Asking,
} from './remote-errors.js';
import { RepeatKeys } from './repeat-keys.js';
import type { SendOptions } from './send-options.js';
import { Wait } from './wait.js';
import { withinOf } from './within.js';

export interface RemoteOptions {
  /** The service's name. */
  readonly name: string;
  readonly codec: Codec;
  readonly transport: Transport | undefined;
  /** How long a send waits that has no limit of its own, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly instruments: Instruments | undefined;
}

/** The pauses between attempts. */
const delays = { firstDelayMs: 50, factor: 2, maxDelayMs: 500 };

/** Sends commands and queries to the services that own them, and returns their replies. */
export class RemoteSender {
  readonly #options: RemoteOptions;
  readonly #waiting = new Map<Wait, Asking>();
  readonly #idle = new Waiters();
  readonly #repeatKeys: RepeatKeys;
  readonly #warned = new Set<string>();
  #isClosed = false;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#repeatKeys = new RepeatKeys(options.name);
  }

  /** Whether another service owns the message. */
  isForeign(message: object): boolean {
    const declaration = declarationOf(message);
    if (declaration === undefined || declaration.kind === 'event') return false;
    return sliceOf(declaration.type) !== this.#options.name && this.#options.codec.knows(declaration.type);
  }

  /** Whether the transport can ask other services. */
  get canAsk(): boolean {
    const { transport } = this.#options;
    return transport?.capabilities.requests === true && transport.request !== undefined;
  }

  /** Options are valid. */
  async send(command: Command, options: SendOptions, caller: Frame | undefined): Promise<unknown> {
    const message = definitionOf(command);
    if (caller !== undefined && message.kind === 'command' && caller.unit.isReadOnly)
      throw commandOfQuery(message.type);
    const context = new MessageContext({ entries: options.context, parent: caller });
    const idempotencyKey = this.#keyOf(message, options, caller);
    const timeoutMs = this.#limitOf(options, caller);
    const { name, instruments } = this.#options;
    const source = `/${name}`;
    const request = encodeRequest(command, context, { source, idempotencyKey, timeoutMs });
    const asking: Asking = { request, isRepeatable: message.kind === 'query' || idempotencyKey !== undefined };
    if (this.#isClosed) throw stoppedWhileAsking(asking);
    const wait = new Wait({
      timeoutMs,
      timedOut: () => timedOut(asking, timeoutMs),
      signal: options.signal,
      givenUp: (reason) => givenUp(asking, reason),
      outer: caller?.signal,
    });
    this.#waiting.set(wait, asking);
    const began = performance.now();
    try {
      const ask = (sent: Envelope): Promise<unknown> => this.#ask(message, sent, asking, wait, options.retry);
      const reply = await (instruments?.isActive === true
        ? instruments.calls.ask(request, withinOf(instruments, options, caller), (attributes) =>
            ask({ ...request, ...attributes }),
          )
        : ask(request));
      this.#tell(request, began, undefined);
      return reply;
    } catch (error) {
      this.#tell(request, began, error);
      throw error;
    } finally {
      wait.end();
      this.#waiting.delete(wait);
      if (this.#waiting.size === 0) this.#idle.wake();
    }
  }

  /** Resolves when no send waits for its answer, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    await this.#idle.until(() => this.#waiting.size === 0, timeoutMs);
  }

  /** Ends every wait, and refuses further ones: time is up. */
  abandon(): void {
    this.#isClosed = true;
    for (const [wait, asking] of this.#waiting) wait.stop.abort(stoppedWhileAsking(asking));
  }

  /** Asks until there is an answer that another attempt cannot improve, or time is up. */
  async #ask(
    message: MessageClass,
    request: Envelope,
    asking: Asking,
    wait: Wait,
    retry: boolean | undefined,
  ): Promise<unknown> {
    const { stop } = wait;
    // Once an attempt may have been handled, no later one can say that it was not.
    let unknown: unknown;
    for (let attempt = 1; ; attempt++) {
      try {
        const sent = { ...request, timeoutms: wait.left() };
        stop.throwIfAborted();
        return readAnswer(message, sent, await requestOver(this.#transport, sent, stop));
      } catch (thrown) {
        if (stop.aborted) throw thrown;
        const error = isLost(thrown) ? lostWhileAsking(asking, thrown) : thrown;
        if (isLost(error)) unknown = error;
        const told = wasNotHandled(error) ? (unknown ?? error) : error;
        if (!isWorthwhile(error, asking, retry) || !(await pause(attempt, wait))) throw told;
      }
    }
  }

  get #transport(): Transport {
    const { transport } = this.#options;
    if (transport !== undefined) return transport;
    throw new AnywiseError('UNAVAILABLE', 'The bus has no transport.');
  }

  /** The key by which the responder recognises that a command was sent before. */
  #keyOf(message: MessageClass, options: SendOptions, caller: Frame | undefined): string | undefined {
    if (message.kind === 'query') return undefined;
    const { idempotencyKey } = options;
    if (idempotencyKey !== undefined) {
      const problem = textProblem('idempotencyKey', idempotencyKey);
      if (problem === undefined) return idempotencyKey;
      throw new AnywiseError('INVALID_ENVELOPE', `\`${message.type}\` cannot be sent: ${problem}.`);
    }
    if (caller === undefined) return undefined;
    const key = this.#repeatKeys.next(caller.unit, message.type);
    if (key === undefined) this.#warnOf(message.type);
    return key;
  }

  #warnOf(type: string): void {
    if (this.#warned.has(type)) return;
    this.#warned.add(type);
    const text = `\`${type}\` was sent to another service within a handler, without an idempotency key. It is not part of the handler's transaction: it stays handled if that fails, and is handled again if that is repeated. Use \`enqueue\`, or give it a key.`;
    this.#options.logger.warn({ type }, text);
  }

  /** In milliseconds, no longer than the caller has left. */
  #limitOf({ timeoutMs }: SendOptions, caller: Frame | undefined): number {
    const deadline = caller?.deadline;
    const left = deadline === undefined ? undefined : Math.max(0, deadline - Date.now());
    if (timeoutMs !== undefined) return left === undefined ? timeoutMs : Math.min(timeoutMs, left);
    return left ?? this.#options.timeoutMs;
  }

  #tell({ id, type, kind }: Envelope, began: number, error: unknown): void {
    const { observers } = this.#options;
    if (!observers.any) return;
    const durationMs = performance.now() - began;
    observers.asked({ id, type, kind: kind as 'command' | 'query', service: sliceOf(type), durationMs, error });
  }
}

/** Waits before the next attempt; `false` if that would be too late. */
async function pause(attempt: number, wait: Wait): Promise<boolean> {
  const pauseMs = backoff(attempt, delays, Math.random());
  if (pauseMs >= wait.left()) return false;
  try {
    await sleep(pauseMs, { signal: wait.stop.signal });
    return true;
  } catch (error) {
    wait.stop.throwIfAborted();
    throw error;
  }
}

function isLost(error: unknown): error is AnywiseError {
  return AnywiseError.is(error) && error.code === 'UNAVAILABLE';
}

/** Whether the responder, or the transport, says that it was certainly not handled. */
function wasNotHandled(error: unknown): boolean {
  return AnywiseError.is(error) && ['NO_RESPONDER', 'OVERLOADED', 'UNSUPPORTED_VERSION'].includes(error.code);
}

function isWorthwhile(error: unknown, { isRepeatable }: Asking, retry: boolean | undefined): boolean {
  if (retry === false || !AnywiseError.is(error) || !error.retryable) return false;
  return isLost(error) ? isRepeatable : retry === true && wasNotHandled(error);
}
