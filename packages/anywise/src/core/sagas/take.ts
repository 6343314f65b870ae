import { describeValue } from '../errors/describe.js';
import { AnywiseError } from '../errors/errors.js';
import { definitionOf, type Event } from '../message/message.js';
import type { Saga, SagaPart } from './declaration.js';
import { stepsOf, type StepData } from './step.js';

/**
 * Where the saga with a key stands:
 *
 * ```text
 *   none ─ starts ─▶ running ─ end ─▶ ended ─ (retention) ─▶ none
 * ```
 */
export type Standing =
  | { readonly status: 'none' }
  | { readonly status: 'running'; readonly state: unknown }
  | { readonly status: 'ended'; readonly state: unknown };

/** What became of a message: it began the saga, moved it, waits for it, came after its end, or is a timeout that was cancelled before. */
export type SagaOutcome = 'started' | 'stepped' | 'early' | 'late' | 'stale';

/** What a message comes to; without an outcome, it is none of the saga's business. */
export interface Taken {
  readonly outcome: SagaOutcome | undefined;
  /** @defaultValue nothing changes */
  readonly step?: StepData<unknown, string> | undefined;
}

type EventPart = Extract<SagaPart, { readonly event: unknown }>;

/** The key of the saga that an event is for. @throws whatever the user's function throws. */
export function keyFor(saga: Saga, event: Event): string {
  const part = saga.parts.find((one) => isFor(one, event)) as EventPart | undefined;
  const key = part?.by.key as ((event: Event) => string) | undefined;
  return key === undefined ? event.entityId : key(event);
}

/**
 * What an event comes to. Pure, as far as the steps are.
 *
 * @param extra what the steps get as their last arguments.
 * @throws AnywiseError (`NOT_FOUND`) if it must not come before its saga; or whatever the step throws.
 */
export function takeEvent(saga: Saga, standing: Standing, event: Event, extra: readonly unknown[]): Taken {
  const steps = stepsOf({ name: saga.name, timeouts: saga.options.timeouts });
  const part = (does: EventPart['does']): EventPart | undefined =>
    saga.parts.find((one): one is EventPart => one.does === does && isFor(one, event));
  const [start, step, late] = [part('start'), part('step'), part('late')];
  switch (standing.status) {
    case 'none':
      if (start !== undefined)
        return { outcome: 'started', step: started(saga, event, start, [event, steps, ...extra]) };
      return { outcome: step === undefined ? undefined : early(saga, event, step) };
    case 'running':
      if (step === undefined) return { outcome: 'stepped' };
      return { outcome: 'stepped', step: stepOf(saga, event.type, step, [event, standing.state, steps, ...extra]) };
    case 'ended':
      if (late === undefined) return { outcome: 'late' };
      return { outcome: 'late', step: stepOf(saga, event.type, late, [event, standing.state, steps, ...extra]) };
  }
}

/** What a timeout comes to that is due, and has not been cancelled. */
export function takeTimeout(saga: Saga, timeout: string, state: unknown, extra: readonly unknown[]): Taken {
  const part = saga.parts.find((one) => one.does === 'timeout' && one.timeout === timeout);
  if (part === undefined) throw unknownTimeout(saga, timeout);
  const steps = stepsOf({ name: saga.name, timeouts: saga.options.timeouts });
  return { outcome: 'stepped', step: stepOf(saga, timeout, part, [state, steps, ...extra]) };
}

function isFor(part: SagaPart, event: Event): boolean {
  return part.does !== 'timeout' && part.event.type === definitionOf(event).type;
}

function early({ name }: Saga, event: Event, { by }: EventPart): 'early' | undefined {
  const { early: policy = 'wait' } = by;
  if (policy !== 'dead') return policy === 'wait' ? 'early' : undefined;
  throw new AnywiseError('NOT_FOUND', `\`${event.type}\` came before its saga \`${name}\` had begun.`);
}

function started(saga: Saga, event: Event, part: SagaPart, args: readonly unknown[]): StepData<unknown, string> {
  const step = stepOf(saga, event.type, part, args);
  if (step.state !== undefined) return step;
  throw invalid(saga, event.type, 'stays, but has no state yet. Begin with `saga.to(…)`');
}

function stepOf({ name }: Saga, what: string, part: SagaPart, args: readonly unknown[]): StepData<unknown, string> {
  const step = (part.run as (...all: readonly unknown[]) => unknown)(...args);
  if (step instanceof Promise) {
    // Nothing awaits it, and an unhandled rejection would end the process.
    step.catch(() => undefined);
    throw invalid(
      { name },
      what,
      'returned a promise. Make it synchronous: slow work belongs in the handlers of commands',
    );
  }
  if (typeof step === 'object' && step !== null && 'ends' in step) return step as StepData<unknown, string>;
  throw invalid({ name }, what, `returned ${describeValue(step)}. Return a step, such as \`saga.stay()\``);
}

function invalid({ name }: Pick<Saga, 'name'>, what: string, problem: string): AnywiseError {
  return new AnywiseError('INVALID_REPLY', `The step of \`${name}\` for \`${what}\` ${problem}.`);
}

function unknownTimeout({ name }: Saga, timeout: string): AnywiseError {
  return new AnywiseError(
    'UNREADABLE',
    `The saga \`${name}\` has a timeout ${describeValue(timeout)} waiting, but no step for it. Add \`onTimeout\` for it, and replay.`,
  );
}
