import type { Command } from '../message/message.js';
import { compileCall, compileCode, compileGuards, needsUnit, type Call, type Run } from './compile.js';
import type { RegisteredHandler } from '../registry/registry.js';
import type { SendStrategy } from './strategies.js';
import type { NamedListener, Wiring } from '../registry/wiring.js';

export interface CompiledCommand {
  readonly run: Run;
  readonly needsUnit: boolean;
  readonly readOnly: boolean;
}

export interface CompiledEvent {
  /** Listeners that run inside `publish`. */
  readonly inside: readonly CompiledListener[];
  /** The names of those that run after the commit. */
  readonly afterwards: readonly string[];
  /** Whether it goes into the outbox or the inbox. */
  readonly isEmitted: boolean;
  readonly needsUnit: boolean;
}

export interface CompiledListener {
  readonly name: string;
  readonly run: Run;
  /** `run` for a loop that awaits it. */
  readonly call: Call;
  readonly needsUnit: boolean;
}

/** Puts a handler and its guards together. */
export function compileCommand(
  { message, code, place }: RegisteredHandler,
  { wiring, sender }: { readonly wiring: Wiring; readonly sender: SendStrategy | undefined },
): CompiledCommand {
  const guards = wiring.guardsOf(message);
  const guarded = compileGuards(guards, compileCode(code, place));
  return {
    run:
      sender === undefined
        ? guarded
        : (command, frame) => sender(command as Command, frame, () => guarded(command, frame)),
    needsUnit: needsUnit(code) || guards.some(({ guard }) => needsUnit(guard)),
    readOnly: (message as unknown as { kind: string }).kind === 'query',
  };
}

/** Sorts the listeners of an event into those that run inside `publish` and those that run after the commit. */
export function compileEvent(
  listeners: readonly NamedListener[],
  { durable, hasTransport }: { readonly durable: boolean; readonly hasTransport: boolean },
): CompiledEvent {
  const inside = listeners.filter(({ options }) => !durable || options.inline).map(compileListener);
  const afterwards = listeners.filter(({ options }) => durable && !options.inline).map(({ name }) => name);
  const isEmitted = durable && (hasTransport || afterwards.length > 0);
  return { inside, afterwards, isEmitted, needsUnit: isEmitted || inside.some((each) => each.needsUnit) };
}

export function compileListener({ name, code, place }: NamedListener): CompiledListener {
  return { name, run: compileCode(code, place), call: compileCall(code, place), needsUnit: needsUnit(code) };
}
