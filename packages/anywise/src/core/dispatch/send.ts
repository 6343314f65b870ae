import { AnywiseError, SetupError } from '../errors/errors.js';
import { optionProblems } from '../errors/options.js';
import type { ContextOptions } from '../message/context.js';
import { textProblem } from '../message/envelope-problems.js';
import { classNameOf, declarationOf, notMessage, sliceOf, type Command } from '../message/message.js';
import type { CompiledCommand, Run } from './compile.js';
import type { Trace } from '../ports/instrumentation.js';
import { untilAborted } from '../time/until-aborted.js';
import { startDeadline } from './deadline.js';
import { Frame, type FrameHost } from './frame.js';
import type { Idempotency } from './idempotency.js';
import type { PlainSends } from './plain-sends.js';
import type { RemoteSender } from './remote.js';
import type { RoutingTable } from './routing-table.js';
import { sendChecks, type ReceiveOptions, type SendOptions, type SendWithDeadline } from './send-options.js';
import { nothingElse, type UnitOfWork } from './unit-of-work.js';
import type { WorkInHand } from './work-in-hand.js';

export interface SenderOptions {
  readonly host: FrameHost;
  readonly routes: RoutingTable;
  readonly work: WorkInHand;
  readonly plain: PlainSends;
  /** `undefined` for a bus without a store. */
  readonly idempotency: Idempotency | undefined;
  readonly remote: RemoteSender;
}

/** Brings a command or query to its handler, and returns the reply. */
export class Sender {
  readonly #host: FrameHost;
  readonly #routes: RoutingTable;
  readonly #work: WorkInHand;
  readonly #plain: PlainSends;
  readonly #idempotency: Idempotency | undefined;
  readonly #remote: RemoteSender;

  constructor({ host, routes, work, plain, idempotency, remote }: SenderOptions) {
    this.#host = host;
    this.#routes = routes;
    this.#work = work;
    this.#plain = plain;
    this.#idempotency = idempotency;
    this.#remote = remote;
  }

  send(command: Command, options: SendOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const compiled = this.#routes.command(command);
    if (compiled === undefined) return this.#sendElsewhere(command, options, caller);
    // The most frequent send must be the cheapest: from outside, without options, to code that needs nothing from the bus.
    if (options === undefined && caller === undefined && !compiled.needsUnit) {
      const { pace } = compiled;
      if (pace.skips === 0) return this.#sendPlain(command, compiled, noOptions, compiled.run);
      pace.skips--;
      return compiled.run(command, new Frame(this.#host, noOptions));
    }
    if (options === undefined) return this.#route(command, compiled, undefined, caller);
    const problems = optionProblems(options, sendChecks);
    if (problems.length > 0) return Promise.reject(new SetupError('INVALID_SETUP', '`send()`', problems));
    const hasDeadline = options.timeoutMs !== undefined || options.signal !== undefined;
    return hasDeadline
      ? this.#sendWithDeadline(command, compiled, options, caller)
      : this.#route(command, compiled, options, caller);
  }

  /** The same for a message that is handled here, as part of a trace. */
  sendTraced(
    command: Command,
    compiled: CompiledCommand,
    options: SendOptions = {},
    caller: Frame | undefined,
    span: Trace,
  ): Promise<unknown> {
    const problems = optionProblems(options, sendChecks);
    if (problems.length > 0) return Promise.reject(new SetupError('INVALID_SETUP', '`send()`', problems));
    const traced: SendWithDeadline = { ...options, span };
    const hasDeadline = options.timeoutMs !== undefined || options.signal !== undefined;
    return hasDeadline
      ? this.#sendWithDeadline(command, compiled, traced, caller)
      : this.#route(command, compiled, traced, caller);
  }

  /** Handles a command or query that another service has sent. */
  receive(command: Command, options: ReceiveOptions): Promise<unknown> {
    const compiled = this.#routes.command(command);
    if (compiled === undefined) return Promise.reject(noHandler(command));
    return this.#sendWithDeadline(command, compiled, options, undefined);
  }

  #sendElsewhere(command: Command, options: SendOptions = noSendOptions, caller: Frame | undefined): Promise<unknown> {
    if (!this.#remote.isForeign(command)) return Promise.reject(noHandler(command));
    if (!this.#remote.canAsk) return Promise.reject(noWay(command));
    const problems = options === noSendOptions ? [] : optionProblems(options, sendChecks);
    if (problems.length > 0) return Promise.reject(new SetupError('INVALID_SETUP', '`send()`', problems));
    return this.#remote.send(command, options, caller);
  }

  async #sendWithDeadline(
    command: Command,
    compiled: CompiledCommand,
    { context, idempotencyKey, checkReply, timeoutMs, signal, origin, span }: SendWithDeadline,
    caller: Frame | undefined,
  ): Promise<unknown> {
    const started = startDeadline(command.type, { timeoutMs, signal });
    try {
      const { stop, deadline } = started;
      stop.throwIfAborted();
      const options = { context, idempotencyKey, checkReply, stop, deadline, origin, span };
      const reply = this.#route(command, compiled, options, caller);
      // A unit of its own is abandoned by the code that runs it: only that code knows whether the commit has begun.
      if (caller === undefined && (compiled.needsUnit || idempotencyKey !== undefined)) return await reply;
      if (caller !== undefined) return await untilAborted(reply, stop);
      const { pace } = compiled;
      if (pace.skips === 0) return await this.#plain.watch(() => untilAborted(reply, stop), pace);
      pace.skips--;
      return await untilAborted(reply, stop);
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
    if (caller !== undefined) return this.#sendWithin(command, compiled, options, caller);
    // A query has no effects, so a key would protect nothing.
    if (options?.idempotencyKey !== undefined && !compiled.readOnly) {
      return this.#sendOnce(command, compiled, options, options.idempotencyKey);
    }
    if (compiled.needsUnit) return this.#sendInUnit(command, compiled, options);
    // With a deadline, it is watched no longer than that.
    const isWatched = options?.stop !== undefined;
    return this.#sendPlain(command, compiled, contextOptions(options, undefined), runOf(compiled, options), isWatched);
  }

  /** A function of its own, because its closure would cost every send. */
  #sendWithin(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline | undefined,
    caller: Frame,
  ): Promise<unknown> {
    if (options?.idempotencyKey !== undefined) return Promise.reject(nestedKey(command));
    const frame = new Frame(this.#host, contextOptions(options, caller), undefined, caller);
    const run = runOf(compiled, options);
    return compiled.writes ? frame.nested(() => run(command, frame)) : run(command, frame);
  }

  #sendPlain(
    command: Command,
    { pace }: CompiledCommand,
    options: ContextOptions,
    run: Run,
    isWatched = false,
  ): Promise<unknown> {
    const frame = new Frame(this.#host, options);
    if (isWatched) return run(command, frame);
    if (pace.skips === 0) return this.#plain.watch(() => run(command, frame), pace);
    pace.skips--;
    return run(command, frame);
  }

  async #sendInUnit(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline | undefined,
  ): Promise<unknown> {
    if (options?.stop !== undefined || compiled.writes) return this.#sendInOwnUnit(command, compiled, options);
    const unit = this.#work.open(compiled.readOnly);
    this.#work.take(unit);
    try {
      const frame = new Frame(this.#host, contextOptions(options, undefined), unit);
      const reply = await runOf(compiled, options)(command, frame);
      const committed = unit.commit();
      // Without a completion there is no race that the commit could lose.
      if (committed !== true) await committed;
      return reply;
    } catch (error) {
      await this.#work.rollback(unit, error);
      throw error;
    } finally {
      const ending = this.#work.letGo(unit);
      if (ending !== undefined) await ending;
    }
  }

  async #sendInOwnUnit(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline | undefined,
  ): Promise<unknown> {
    let reply: unknown;
    const run = async (unit: UnitOfWork) => {
      const frame = new Frame(this.#host, contextOptions(options, undefined), unit);
      reply = await runOf(compiled, options)(command, frame);
      return nothingElse;
    };
    await this.#work.run(run, { readOnly: compiled.readOnly, signal: options?.stop });
    return reply;
  }

  async #sendOnce(
    command: Command,
    compiled: CompiledCommand,
    options: SendWithDeadline,
    key: string,
  ): Promise<unknown> {
    if (this.#idempotency === undefined) throw noStoreForKey(command);
    const problem = textProblem('idempotencyKey', key);
    if (problem !== undefined) throw invalidKey(command, problem);
    return this.#idempotency.once(command, key, async (aroundHandler, completion) => {
      let reply: unknown;
      const run = async (unit: UnitOfWork) => {
        const frame = new Frame(this.#host, contextOptions(options, undefined), unit);
        // Guards run for a kept reply too: they decide who may have it.
        frame.aroundHandler = async (handler) => aroundHandler(async () => compiled.checkReply(await handler()));
        reply = await compiled.runChecked(command, frame);
        return completion();
      };
      const committed = await this.#work.run(run, { signal: options.stop });
      return { committed, reply };
    });
  }
}

const noOptions: ContextOptions = {};
const noSendOptions: SendOptions = {};

function runOf({ run, runChecked }: CompiledCommand, options: SendWithDeadline | undefined): Run {
  return options?.checkReply === true ? runChecked : run;
}

function contextOptions(options: SendWithDeadline | undefined, parent: Frame | undefined): ContextOptions {
  if (options === undefined && parent === undefined) return noOptions;
  const made: ContextOptions = {
    entries: options?.context,
    stop: options?.stop,
    deadline: options?.deadline,
    parent,
    trace: options?.span,
  };
  return options?.origin === undefined ? made : Object.assign(made, options.origin);
}

function noHandler(command: Command): AnywiseError {
  const declaration = declarationOf(command);
  if (declaration === undefined) return notMessage(command);
  const { type, kind } = declaration;
  if (kind === 'event') {
    return new AnywiseError('INVALID_MESSAGE', `\`${type}\` was sent, but is an event. Use \`publish\`.`);
  }
  return new AnywiseError(
    'NO_HANDLER',
    `\`${type}\` has no handler in this process. Register one with \`on(${classNameOf(command)}).handle(…)\`, and pass its registry to \`Anywise\`.`,
  );
}

function noWay(command: Command): AnywiseError {
  const { type } = command;
  return new AnywiseError(
    'NO_HANDLER',
    `\`${type}\` has no handler in this process, and the bus has no transport that could ask \`${sliceOf(type)}\` for it. Register one with \`on(${classNameOf(command)}).handle(…)\`, or pass a \`transport\` that carries requests.`,
  );
}

function nestedKey(command: Command): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was sent with an idempotency key from within a handler, whose transaction it is part of. Give the key to the outermost send.`,
  );
}

function invalidKey(command: Command, problem: string): AnywiseError {
  return new AnywiseError('INVALID_ENVELOPE', `\`${command.type}\` cannot be sent: ${problem}.`);
}

function noStoreForKey(command: Command): AnywiseError {
  return new AnywiseError(
    'INVALID_SETUP',
    `\`${command.type}\` was sent with an idempotency key, but the bus has no store. Pass one as \`store\`.`,
  );
}
