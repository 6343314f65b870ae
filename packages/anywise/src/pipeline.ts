import type { GuardDefinition } from './definitions.js';
import type { Frame } from './frame.js';
import type { Code, RegisteredGuard } from './registry.js';
import type { Dependencies, ServiceId } from './scope.js';

/** A compiled handler, listener, or chain of guards. */
export type Run = (message: object, frame: Frame) => Promise<unknown>;

type AnyFunction = (...args: unknown[]) => unknown;

/** Compiles a handler or listener: what it needs is looked up here once, not for each message. */
export function compileCode(code: Code, place: string): Run {
  if ('service' in code) return compileMethod(code.service, code.method, place);
  const run = code.run as AnyFunction;
  const inject = compileDependencies(code.dependencies);
  if (inject === undefined) return (message, frame) => settle(run, message, frame);
  return async (message, frame) => {
    const injected = inject(frame);
    const reply = await run(message, frame, injected instanceof Promise ? await injected : injected);
    frame.assertAwaited(place);
    return reply;
  };
}

/** Puts guards around a handler, the first outermost. */
export function compileGuards(guards: readonly RegisteredGuard[], handler: Run): Run {
  return guards.reduceRight<Run>((next, { guard, place }) => compileGuard(guard, place, next), handler);
}

/** Whether running it needs the unit of its message: its scope or its transaction. */
export function needsUnit(part: Code | GuardDefinition): boolean {
  return 'service' in part || part.dependencies !== undefined;
}

/** What it asks the container or the bus for. */
export function servicesOf(part: Code | GuardDefinition): readonly ServiceId[] {
  return 'service' in part ? [part.service] : Object.values(part.dependencies ?? {});
}

function compileMethod(service: ServiceId, method: string, place: string): Run {
  return async (message, frame) => {
    const found = frame.resolve(service);
    const instance = (found instanceof Promise ? await found : found) as Record<string, AnyFunction>;
    const reply = await instance[method]?.(message, frame);
    frame.assertAwaited(place);
    return reply;
  };
}

function compileGuard(guard: GuardDefinition, place: string, next: Run): Run {
  if ('service' in guard) {
    return async (message, frame) => {
      const found = frame.resolve(guard.service);
      const instance = (found instanceof Promise ? await found : found) as { handle: AnyFunction };
      const reply = await instance.handle(message, frame, () => next(message, frame));
      frame.assertAwaited(place);
      return reply;
    };
  }
  const run = guard.run as AnyFunction;
  const inject = compileDependencies(guard.dependencies);
  if (inject === undefined) return (message, frame) => settle(run, message, frame, () => next(message, frame));
  return async (message, frame) => {
    const injected = inject(frame);
    const ready = injected instanceof Promise ? await injected : injected;
    const reply = await run(message, frame, () => next(message, frame), ready);
    frame.assertAwaited(place);
    return reply;
  };
}

type Inject = (frame: Frame) => object | Promise<object>;

function compileDependencies(dependencies: Dependencies | undefined): Inject | undefined {
  if (dependencies === undefined) return undefined;
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

/** Calls a function that may be synchronous: a throw becomes a rejection, a value a promise. */
function settle(run: AnyFunction, ...args: unknown[]): Promise<unknown> {
  try {
    const result = run(...args);
    return result instanceof Promise ? result : Promise.resolve(result);
  } catch (error) {
    return (async () => {
      throw error;
    })();
  }
}
