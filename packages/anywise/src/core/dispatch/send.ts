import { AnywiseError } from '../errors/errors.js';
import type { ContextEntry, ContextOptions } from '../message/context.js';
import type { Command } from '../message/message.js';
import type { CompiledCommand } from './compile.js';
import { startDeadline, untilAborted } from './deadline.js';
import { Frame, type FrameHost } from './frame.js';
import type { Idempotency } from './idempotency.js';
import type { RoutingTable } from './routing-table.js';
import type { UnitOfWork } from './unit-of-work.js';
import type { WorkInHand } from './work-in-hand.js';

/** What `send` takes besides the command. */
export interface SendOptions {
  /** Values for the context: `[CurrentUser(user)]`. */
  readonly context?: readonly ContextEntry[];
  /**
   * Makes the command safe to repeat: sent again with the same key and data, it is not handled again but gives the same
   * reply. Needs a store, and works for sends from outside a handler. Make the caller part of the key, so that the keys of
   * different callers stay apart.
   *
   * @throws AnywiseError (`IDEMPOTENCY_CONFLICT`) if the key was used before with other data.
   */
  readonly idempotencyKey?: string;
  /**
   * How long to wait, in milliseconds. Then the send rejects, what the command wrote is rolled back, and the signal of the
   * handler, and of everything it caused, is aborted. A commit that has begun is waited for. @defaultValue no limit
   *
   * @throws AnywiseError (`TIMEOUT`)
   */
  readonly timeoutMs?: number;
  /**
   * Abort it to give up, with the same effects as a timeout.
   *
   * @throws AnywiseError (`ABORTED`)
   */
  readonly signal?: AbortSignal;
}

/** Send options with the time at which the sender gives up. */
interface SendWithDeadline extends SendOptions {
  readonly deadline?: number | undefined;
}

export interface SenderOptions {
  readonly host: FrameHost;
  readonly routes: RoutingTable;
  readonly work: WorkInHand;
  /** `undefined` for a bus without a store. */
  readonly idempotency: Idempotency | undefined;
}

/** Brings a command or query to its handler, and the reply back. */
export class Sender {
  readonly #host: FrameHost;
  readonly #routes: RoutingTable;
  readonly #work: WorkInHand;
  readonly #idempotency: Idempotency | undefined;

  constructor({ host, routes, work, idempotency }: SenderOptions) {
    this.#host = host;
    this.#routes = routes;
    this.#work = work;
    this.#idempotency = idempotency;
  }

  send(command: Command, options: SendOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const compiled = this.#routes.command(command);
    if (compiled === undefined) return Promise.reject(noHandler(command));
    // The most frequent send must cost least: from outside, without options, to code that needs nothing of the bus.
    if (options === undefined && caller === undefined && !compiled.needsUnit) {
      return compiled.run(command, new Frame(this.#host, noOptions));
    }
    if (options?.timeoutMs !== undefined || options?.signal !== undefined) {
      return this.#sendWithDeadline(command, compiled, options, caller);
    }
    return this.#route(command, compiled, options, caller);
  }

  async #sendWithDeadline(
    command: Command,
    compiled: CompiledCommand,
    options: SendOptions,
    caller: Frame | undefined,
  ): Promise<unknown> {
    const started = startDeadline(command.type, options);
    try {
      const { signal, deadline } = started;
      const reply = this.#route(command, compiled, { ...options, signal, deadline }, caller);
      // A unit of its own is abandoned where it runs: only there is it known whether its commit has begun.
      const ownsUnit = caller === undefined && (compiled.needsUnit || options.idempotencyKey !== undefined);
      return await (ownsUnit ? reply : untilAborted(reply, signal));
    } finally {
      started.clear();
    }
  }

  #route(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline | undefined,
    caller: Frame | undefined,
  ): Promise<unknown> {
    if (caller !== undefined) {
      if (options?.idempotencyKey !== undefined) return Promise.reject(nestedKey(command));
      return compiled.run(command, new Frame(this.#host, contextOptions(options, caller), undefined, caller));
    }
    // A query has no effects that a key could keep from happening twice.
    if (options?.idempotencyKey !== undefined && !compiled.readOnly) {
      return this.#sendOnce(command, compiled, options, options.idempotencyKey);
    }
    if (!compiled.needsUnit) return compiled.run(command, new Frame(this.#host, contextOptions(options, undefined)));
    return this.#sendInUnit(command, compiled, options);
  }

  async #sendInUnit(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline | undefined,
  ): Promise<unknown> {
    const unit = this.#work.open(compiled.readOnly);
    if (options?.signal !== undefined) return this.#sendInUnitUntil(options.signal, command, compiled, options, unit);
    this.#work.take(unit);
    try {
      const reply = await compiled.run(command, new Frame(this.#host, contextOptions(options, undefined), unit));
      const committed = unit.commit();
      // Without a completion there is no race that the commit could lose.
      if (committed !== true) await committed;
      return reply;
    } catch (error) {
      await this.#work.rollback(unit);
      throw error;
    } finally {
      const ending = this.#work.letGo(unit);
      if (ending !== undefined) await ending;
    }
  }

  async #sendInUnitUntil(
    signal: AbortSignal,
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline,
    unit: UnitOfWork,
  ): Promise<unknown> {
    let reply: unknown;
    const run = async () => {
      reply = await compiled.run(command, new Frame(this.#host, contextOptions(options, undefined), unit));
      return {};
    };
    await this.#work.run(unit, run, signal);
    return reply;
  }

  async #sendOnce(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline,
    key: string,
  ): Promise<unknown> {
    if (this.#idempotency === undefined) throw noStoreForKey(command);
    return this.#idempotency.once(command, key, async (completion) => {
      let reply: unknown;
      const run = async (unit: UnitOfWork) => {
        reply = await compiled.run(command, new Frame(this.#host, contextOptions(options, undefined), unit));
        return completion(reply);
      };
      const committed = await this.#work.run(this.#work.open(), run, options.signal);
      return { committed, reply };
    });
  }
}

const noOptions: ContextOptions = {};

function contextOptions(options: SendWithDeadline | undefined, parent: Frame | undefined): ContextOptions {
  if (options === undefined && parent === undefined) return noOptions;
  return { entries: options?.context, signal: options?.signal, deadline: options?.deadline, parent };
}

function noHandler(command: Command): AnywiseError {
  return new AnywiseError(
    'NO_HANDLER',
    `\`${command.type}\` has no handler in this process. Register one with \`on(${command.constructor.name}).handle(…)\`, and pass its registry to \`Anywise\`.`,
  );
}

function nestedKey(command: Command): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was sent with an idempotency key from within a handler, whose transaction it is part of. Give the key to the outermost send.`,
  );
}

function noStoreForKey(command: Command): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was sent with an idempotency key, but the bus has no store. Pass one as \`store\`.`,
  );
}
