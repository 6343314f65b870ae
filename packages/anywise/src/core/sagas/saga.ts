import type { RetryPolicy } from '../../kit/retry.js';
import { callSiteOf } from '../errors/call-site.js';
import { describeValue } from '../errors/describe.js';
import { SetupError } from '../errors/errors.js';
import type { EventType, NarrowableEvent } from '../entities/entity.js';
import type { StandardSchema } from '../message/schema.js';
import { declarationOf, type Event, type MessageClass } from '../message/message.js';
import type { Dependencies, Injected } from '../ports/container.js';
import type { OnDead } from '../ports/inbox.js';
import type { Correlation, Saga, SagaOptions, SagaPart } from './declaration.js';
import { correlationProblems, sagaProblems } from './saga-problems.js';
import type { LateStep, LateSteps, Step, Steps } from './step.js';

type StartRun<E, S, T extends string, Extra extends readonly unknown[]> = (
  event: NarrowableEvent<E>,
  saga: Steps<S, T>,
  ...injected: Extra
) => Step<S, T>;

type StepRun<E, S, T extends string, Extra extends readonly unknown[]> = (
  event: NarrowableEvent<E>,
  state: S,
  saga: Steps<S, T>,
  ...injected: Extra
) => Step<S, T>;

type LateRun<E, S, Extra extends readonly unknown[]> = (
  event: NarrowableEvent<E>,
  state: S,
  saga: LateSteps,
  ...injected: Extra
) => LateStep;

/** A saga whose steps are being named. Each call returns another one; the last has all of them. */
export interface SagaBuilder<S, T extends string, Extra extends readonly unknown[]> extends Saga<S, T, Extra> {
  /** Declares the dependencies that every step gets as its last argument. Name them before the first step. */
  inject<D extends Dependencies>(dependencies: D): SagaBuilder<S, T, [injected: Injected<D>]>;
  /** Begins a saga. If it has begun already, the step of `on` for this event runs, if there is one. */
  starts<E extends Event>(event: EventType<E>, run: StartRun<E, S, T, Extra>): SagaBuilder<S, T, Extra>;
  /** Begins the saga that the event belongs to by `key`. */
  starts<E extends Event>(
    event: EventType<E>,
    by: Pick<Correlation<NarrowableEvent<E>>, 'key'>,
    run: StartRun<E, S, T, Extra>,
  ): SagaBuilder<S, T, Extra>;
  /** What the saga does on an event while it runs. Steps have no effects of their own: they return what should happen. */
  on<E extends Event>(event: EventType<E>, run: StepRun<E, S, T, Extra>): SagaBuilder<S, T, Extra>;
  /** What the saga does on an event that belongs to it by `key`. */
  on<E extends Event>(
    event: EventType<E>,
    by: Correlation<NarrowableEvent<E>>,
    run: StepRun<E, S, T, Extra>,
  ): SagaBuilder<S, T, Extra>;
  /** What it says to an event that comes after its end, as long as the store keeps it. Without it nothing happens then. */
  late<E extends Event>(event: EventType<E>, run: LateRun<E, S, Extra>): SagaBuilder<S, T, Extra>;
  /** What it says to an event that belongs to it by `key`, and comes after its end. */
  late<E extends Event>(
    event: EventType<E>,
    by: Pick<Correlation<NarrowableEvent<E>>, 'key'>,
    run: LateRun<E, S, Extra>,
  ): SagaBuilder<S, T, Extra>;
  /** What it does when a timeout is due that was set by `after`. */
  onTimeout(timeout: T, run: (state: S, saga: Steps<S, T>, ...injected: Extra) => Step<S, T>): SagaBuilder<S, T, Extra>;
  /** When a message whose step failed is tried again, and when it is given up. */
  retry(policy: RetryPolicy): SagaBuilder<S, T, Extra>;
  /** What happens to the later messages of a saga once one is given up. @defaultValue `park`: those of this one saga wait */
  onDead(policy: OnDead): SagaBuilder<S, T, Extra>;
}

/**
 * Declares a saga: a process that waits for several events, and for the clock. Its steps are pure functions that return the
 * next state, and the commands, events and timeouts that go with it; all of that commits with the message.
 *
 * @param name stable for ever, `<service>.<kebab-name>`: states and messages are kept under it.
 * @throws SetupError (`INVALID_REGISTRATION`) that lists everything that is wrong.
 * @example
 * export const fulfilment = saga('orders.fulfilment', { state: Fulfilment, timeouts: ['unpaid'] })
 *   .starts(OrderPlaced, ({ orderId }, saga) => saga.to({ step: 'placed', orderId }).after('unpaid', hour))
 *   .on(PaymentCaptured, { key: ({ orderId }) => orderId }, ({ orderId }, _state, saga) =>
 *     saga.end({ step: 'paid', orderId }).enqueue(new StartOrder({ orderId })))
 *   .onTimeout('unpaid', ({ orderId }, saga) => saga.end({ step: 'unpaid', orderId }).enqueue(new CancelOrder({ orderId })));
 */
export function saga<In, S, const T extends string = never>(
  name: string,
  options: SagaOptions<In, S, T>,
): SagaBuilder<S, T, []> {
  const problems = sagaProblems(name, options);
  if (problems.length > 0) throw invalid(name, problems);
  const { state, timeouts = [], version = 1, upcast = {} } = options;
  return build({
    kind: 'saga',
    name,
    options: { state: state as StandardSchema, timeouts, version, upcast },
    parts: [],
    dependencies: undefined,
    site: callSiteOf(saga),
    failure: { retry: undefined, onDead: 'park' },
  }) as unknown as SagaBuilder<S, T, []>;
}

type Method = (...args: readonly unknown[]) => unknown;

function build(saga: Saga): Saga & Readonly<Record<string, unknown>> {
  const withFailure = (change: Partial<Saga['failure']>) => build({ ...saga, failure: { ...saga.failure, ...change } });
  const methods: Readonly<Record<string, Method>> = {
    inject: (dependencies) => {
      if (saga.parts.length === 0) return build({ ...saga, dependencies: dependencies as Dependencies });
      throw invalid(saga.name, ['`inject` comes after a step, which would not get its dependencies; put it first']);
    },
    starts: (event, ...rest) => withEvent(saga, 'starts', event, rest),
    on: (event, ...rest) => withEvent(saga, 'on', event, rest),
    late: (event, ...rest) => withEvent(saga, 'late', event, rest),
    onTimeout: (timeout, run) => withTimeout(saga, timeout, run),
    retry: (retry) => withFailure({ retry: retry as RetryPolicy }),
    onDead: (onDead) => withFailure({ onDead: onDead as OnDead }),
  };
  return { ...saga, ...methods };
}

const done = { starts: 'start', on: 'step', late: 'late' } as const;

function withEvent(saga: Saga, method: keyof typeof done, event: unknown, rest: readonly unknown[]): Saga {
  const [by, run] = rest.length > 1 ? rest : [{}, rest[0]];
  const declared = typeof event === 'function' ? declarationOf(event) : undefined;
  if (declared?.kind !== 'event') {
    throw invalid(saga.name, [`\`${method}\` is given ${describeValue(event)}, but needs an event class`]);
  }
  const does = done[method];
  const isTwice = saga.parts.some((part) => part.does === does && 'event' in part && part.event.type === declared.type);
  const problems = [
    ...(isTwice ? [`\`${method}\` names \`${declared.type}\` twice`] : []),
    ...correlationProblems(by, does === 'step').map(
      (problem) => `in \`${method}\` of \`${declared.type}\`, ${problem}`,
    ),
    ...functionProblems(method, run),
  ];
  if (problems.length > 0) throw invalid(saga.name, problems);
  return withPart(saga, {
    does,
    event: event as MessageClass,
    by: by as Correlation<never>,
    run: run as SagaPart['run'],
  });
}

function withTimeout(saga: Saga, timeout: unknown, run: unknown): Saga {
  const isTwice = saga.parts.some((part) => part.does === 'timeout' && part.timeout === timeout);
  const problems = [
    ...(saga.options.timeouts.includes(String(timeout))
      ? []
      : [`\`onTimeout\` names ${describeValue(timeout)}, which is not in \`timeouts\``]),
    ...(isTwice ? [`\`onTimeout\` names ${describeValue(timeout)} twice`] : []),
    ...functionProblems('onTimeout', run),
  ];
  if (problems.length > 0) throw invalid(saga.name, problems);
  return withPart(saga, { does: 'timeout', timeout: String(timeout), run: run as SagaPart['run'] });
}

function withPart(saga: Saga, part: SagaPart): Saga {
  return build({ ...saga, parts: [...saga.parts, part] });
}

function functionProblems(method: string, run: unknown): string[] {
  return typeof run === 'function' ? [] : [`\`${method}\` is given ${describeValue(run)}, but needs a function`];
}

function invalid(name: string, problems: readonly string[]): SetupError {
  return new SetupError('INVALID_REGISTRATION', `The saga \`${name}\``, problems);
}
