import { describeValue } from '../errors/describe.js';
import { AnywiseError } from '../errors/errors.js';
import type { Command, MessageClass } from '../message/message.js';
import { serviceName, type Dependencies, type ServiceId } from '../ports/container.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { FailureOptions, GuardDefinition, Next } from '../registry/definitions.js';
import type { Code, RegisteredGuard, RegisteredHandler } from '../registry/registry.js';
import type { NamedListener, Wiring } from '../registry/wiring.js';
import { BatchFrame } from './batch-frame.js';
import type { Frame } from './frame.js';
import type { Pace } from './plain-sends.js';
import { compileReplyCheck, isChecked } from './reply.js';
import type { SendStrategy } from './strategies.js';

/** A compiled handler, listener, or chain of guards. */
export type Run = (message: object, frame: Frame) => Promise<unknown>;

/** Code that may also throw synchronously, or return something other than a promise. */
export type Invoke = (message: object, frame: Frame) => unknown;

export interface CompiledCommand {
  readonly run: Run;
  /** The same, for a reply that leaves the process: the send fails unless the reply is as the contract declares it. */
  readonly runChecked: Run;
  /** A reply as the contract declares it. @throws AnywiseError (`INVALID_REPLY`) */
  readonly checkReply: (reply: unknown) => unknown;
  readonly needsUnit: boolean;
  readonly readOnly: boolean;
  /** Whether the code may write to a store. */
  readonly writes: boolean;
  readonly pace: Pace;
}

export interface CompiledEvent {
  /** Listeners that run inside `publish`. */
  readonly inside: readonly CompiledListener[];
  /** The names of the listeners that run after the commit. */
  readonly afterwards: readonly string[];
  /** Whether the event goes into the outbox or the inbox. */
  readonly isEmitted: boolean;
  readonly needsUnit: boolean;
}

export interface CompiledListener {
  readonly name: string;
  readonly run: Run;
  /** `run` for a loop that awaits it within a `try`. */
  readonly invoke: Invoke;
  readonly needsUnit: boolean;
  readonly isGuarded: boolean;
}

export interface CompileOptions {
  readonly wiring: Wiring;
  readonly sender: SendStrategy | undefined;
  /** Whether the bus has a store. */
  readonly durable: boolean;
  /** Whether replies are checked even if they stay in the process. */
  readonly checkReplies: boolean;
}

export interface CompileEventOptions {
  readonly durable: boolean;
  readonly hasTransport: boolean;
  readonly instruments: Instruments | undefined;
}

/** Puts a handler and its guards together. */
export function compileCommand(
  message: MessageClass,
  { code, place, options }: RegisteredHandler,
  { wiring, sender, durable, checkReplies }: CompileOptions,
): CompiledCommand {
  const guards = wiring.guardsOf(message);
  const handler = declaring(compileCode(code, place), options, place);
  const { kind, type, reply } = message;
  const usesUnit = needsUnit(code) || guards.some(({ guard }) => needsUnit(guard));
  const writes = durable && usesUnit && kind !== 'query';
  const guarded = compileGuards(guards, durable ? replaceable(handler) : handler, writes);
  const run: Run =
    sender === undefined
      ? guarded
      : (command, frame) => sender(command as Command, frame, () => guarded(command, frame));
  const checkReply = compileReplyCheck(type, reply);
  const runChecked: Run = async (command, frame) => checkReply(await run(command, frame));
  return {
    run: checkReplies && isChecked(reply) ? runChecked : run,
    runChecked,
    checkReply,
    needsUnit: usesUnit,
    readOnly: kind === 'query',
    writes,
    pace: { skips: 0 },
  };
}

/** Sorts the listeners of an event into those that run inside `publish` and those that run after the commit. */
export function compileEvent(
  listeners: readonly NamedListener[],
  type: string,
  { durable, hasTransport, instruments }: CompileEventOptions,
): CompiledEvent {
  const inside = listeners
    .filter(({ options }) => !durable || options.inline)
    .map((listener) => compileListener(listener, durable))
    .map((listener) => (instruments === undefined ? listener : traced(listener, type, instruments)));
  const afterwards = listeners.filter(({ options }) => durable && !options.inline).map(({ name }) => name);
  const isEmitted = durable && (hasTransport || afterwards.length > 0);
  return { inside, afterwards, isEmitted, needsUnit: isEmitted || inside.some((each) => each.needsUnit) };
}

/** A listener that runs inside `publish` and is traced. */
function traced(listener: CompiledListener, type: string, instruments: Instruments): CompiledListener {
  const { name, invoke, run } = listener;
  const what = { kind: 'event', type, listener: name } as const;
  const tracedRun: Run = (event, frame) =>
    // Not the frame's own trace: its other listeners may share the frame.
    instruments.calls.handle(what, frame.parent?.trace, (trace) => {
      frame.trace = trace;
      return run(event, frame);
    });
  return {
    ...listener,
    run: (event, frame) => (instruments.isActive ? tracedRun(event, frame) : run(event, frame)),
    invoke: (event, frame) => (instruments.isActive ? tracedRun(event, frame) : invoke(event, frame)),
  };
}

export function compileListener(listener: NamedListener, durable: boolean): CompiledListener {
  const { name, code, place, targets, options } = listener;
  const { guards = [] } = options;
  const isGuarded = guards.length > 0;
  const around = guards.map(
    (run) => ({ guard: { kind: 'guard', targets, dependencies: undefined, run }, place }) as const,
  );
  const usesUnit = needsUnit(code);
  const run = compileGuards(around, declaring(compileCode(code, place), options, place), durable && usesUnit);
  if (options.batch !== undefined) {
    const runBatch = ofBatches(run);
    return { name, run: runBatch, invoke: runBatch, needsUnit: usesUnit, isGuarded };
  }
  return {
    name,
    run,
    invoke: isGuarded || options.publishes !== undefined ? run : compileInvoke(code, place),
    needsUnit: usesUnit,
    isGuarded,
  };
}

/** Code that says what it publishes has a view of its message of its own: its guards and other listeners say nothing. */
function declaring(run: Run, { publishes }: FailureOptions, place: string): Run {
  if (publishes === undefined) return run;
  const declared = { types: new Set(publishes.map(({ type }) => type)), place };
  return (message, frame) => run(message, frame.declaring(declared));
}

/** A single event is a batch of one. */
function ofBatches(run: Run): Run {
  return (message, frame) =>
    frame instanceof BatchFrame ? run(message, frame) : run([message], BatchFrame.ofOne(message, frame));
}

/** What it asks the container or the bus for. */
export function servicesOf(part: Code | GuardDefinition): readonly ServiceId[] {
  return 'service' in part ? [part.service] : Object.values(part.dependencies ?? {});
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Compiles a handler or listener: its dependencies are looked up once, not for each message. */
function compileCode(code: Code, place: string): Run {
  const part = partOf(code);
  if (part !== undefined) return runPart(part, place);
  const run = plainFunction(code);
  if (isAsync(run)) return run;
  return (message, frame) => {
    try {
      return settled(run(message, frame));
    } catch (error) {
      return rejected(error);
    }
  };
}

/**
 * The same for callers that `await` within a `try`, which need neither a promise nor a rejection: if nothing is injected, it
 * is the user's function itself.
 */
function compileInvoke(code: Code, place: string): Invoke {
  return needsUnit(code) ? compileCode(code, place) : plainFunction(code);
}

/** Lets a frame replace the handler, while the guards around it run as usual. */
function replaceable(handler: Run): Run {
  return (command, frame) =>
    frame.aroundHandler === undefined ? handler(command, frame) : frame.aroundHandler(() => handler(command, frame));
}

/**
 * Puts guards around a handler, the first outermost. If it writes, the writes of a failed `next()` are undone, because the
 * guard may call it again or reply itself.
 */
function compileGuards(guards: readonly RegisteredGuard[], handler: Run, writes: boolean): Run {
  return guards.reduceRight<Run>((inner, { guard, place }) => {
    const next: Run = writes ? (message, frame) => frame.nested(() => inner(message, frame)) : inner;
    return compileGuard(guard, place, next);
  }, handler);
}

/** Whether it needs its message's unit of work: the scope or the transaction. */
function needsUnit(part: Code | GuardDefinition): boolean {
  return 'service' in part || part.dependencies !== undefined;
}

function compileGuard(guard: GuardDefinition, place: string, next: Run): Run {
  const part = partOf('service' in guard ? { service: guard.service, method: 'handle' } : guard);
  if (part !== undefined) return runPart(part, place, next);
  const run = plainFunction(guard);
  if (isAsync(run)) return (message, frame) => run(message, frame, goOn(next, message, frame));
  return (message, frame) => {
    try {
      return settled(run(message, frame, goOn(next, message, frame)));
    } catch (error) {
      return rejected(error);
    }
  };
}

/** What a guard calls to continue. Any other argument, as in `checked.then(next)`, is not a limit. */
function goOn(next: Run, message: object, frame: Frame): Next<unknown> {
  return (limit) =>
    limit?.signal === undefined ? next(message, frame) : frame.mayOutlive(next(message, frame.within(limit)));
}

/** Code that needs a service of its message's scope: how to get the service, and how to call the code with it. */
interface Part {
  readonly get: (frame: Frame) => unknown;
  readonly invoke: (got: unknown, message: object, frame: Frame, next?: Next<unknown>) => unknown;
}

function partOf(code: Code): Part | undefined {
  if ('service' in code) {
    const { service, method } = code;
    return {
      get: (frame) => frame.resolve(service),
      invoke: (instance, message, frame, next) =>
        methodOf(instance, method, service).call(instance, message, frame, next),
    };
  }
  const { dependencies } = code;
  const run = code.run as AnyFunction;
  if (dependencies === undefined) return undefined;
  return {
    get: compileDependencies(dependencies),
    invoke: (injected, message, frame, next) =>
      next === undefined ? run(message, frame, injected) : run(message, frame, next, injected),
  };
}

/** The container may return an object of any class. */
function methodOf(instance: unknown, name: string, service: ServiceId): AnyFunction {
  const method = (instance as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  if (typeof method === 'function') return method as AnyFunction;
  throw new AnywiseError(
    'INVALID_SETUP',
    `The container gives ${describeValue(instance)} for \`${serviceName(service)}\`, which has no method \`${name}\`. Bind the class that has it.`,
  );
}

function plainFunction(code: Code | GuardDefinition): AnyFunction {
  return (code as unknown as { readonly run: AnyFunction }).run;
}

function runPart({ get, invoke }: Part, place: string, next?: Run): Run {
  const run = (got: unknown, message: object, frame: Frame): unknown =>
    next === undefined ? invoke(got, message, frame) : invoke(got, message, frame, goOn(next, message, frame));

  const watch = async (found: unknown, message: object, frame: Frame): Promise<unknown> => {
    const got = found instanceof Promise ? ((await found) as unknown) : found;
    const before = frame.callsInHand();
    const reply = await run(got, message, frame);
    frame.assertAwaited(place, before);
    return reply;
  };

  return (message, frame) => {
    try {
      const found = get(frame);
      const isDirect = !frame.mayCall && !(found instanceof Promise);
      return isDirect ? settled(run(found, message, frame)) : watch(found, message, frame);
    } catch (error) {
      return rejected(error);
    }
  };
}

function compileDependencies(dependencies: Dependencies): Part['get'] {
  const entries = Object.entries(dependencies);
  return (frame) => {
    const injected: Record<string, unknown> = {};
    let waiting: Promise<void>[] | undefined;
    for (const [name, id] of entries) {
      const found = frame.resolve(id);
      if (found instanceof Promise) (waiting ??= []).push(found.then((value) => void (injected[name] = value)));
      else injected[name] = found;
    }
    return waiting === undefined ? injected : Promise.all(waiting).then(() => injected);
  };
}

const AsyncFunction = (async () => undefined).constructor;

/** Whether it always returns a promise, and never throws: written as `async`, and not compiled to something else. */
function isAsync(run: AnyFunction): run is (...args: unknown[]) => Promise<unknown> {
  return run instanceof AsyncFunction;
}

/** The result of code as a promise: the code may be synchronous. */
function settled(result: unknown): Promise<unknown> {
  return result instanceof Promise ? result : Promise.resolve(result);
}

async function rejected(error: unknown): Promise<never> {
  throw error;
}
