import assert from 'node:assert/strict';
import { describeValue } from '../core/errors/describe.js';
import { declarationOf, type AnyCommand, type Event } from '../core/message/message.js';
import type { Saga } from '../core/sagas/declaration.js';
import { readState, writeState } from '../core/sagas/state.js';
import type { StepData } from '../core/sagas/step.js';
import { keyFor, takeEvent, takeTimeout, type Standing, type Taken } from '../core/sagas/take.js';

/** What is expected of a saga. What is not named must be empty. */
export interface SagaExpectation<S, T extends string> {
  /** Its state; `undefined` for one that has not begun. */
  readonly state: S | undefined;
  /** Whether it has ended. @defaultValue false */
  readonly ended?: boolean;
  /** The commands of the last `when` or `passing`, in their order. @defaultValue none */
  readonly enqueued?: readonly AnyCommand[];
  /** The events of the last `when` or `passing`, in their order. @defaultValue none */
  readonly published?: readonly Event[];
  /** What waits for the clock, and how long still, in milliseconds. @defaultValue none */
  readonly timeouts?: Readonly<Partial<Record<T, number>>>;
}

/** A saga under test. Every method returns it. */
export interface Story<S, T extends string> {
  /** What has happened, the oldest first. What it led to is not looked at. */
  given(...events: readonly Event[]): Story<S, T>;
  /** What happens now. */
  when(...events: readonly Event[]): Story<S, T>;
  /** Lets time pass, in milliseconds. Timeouts that come due run, the earliest first. */
  passing(ms: number): Story<S, T>;
  /** Compares what it has come to. */
  then(expected: SagaExpectation<S, T>): Story<S, T>;
}

/**
 * Tests a saga without a bus, a store and a clock: events and the passing of time in, state and messages out.
 *
 * @param injected what `inject` asks for, if it asks for something.
 * @example
 * story(fulfilment, { payWithinMs: hour })
 *   .given(new OrderPlaced({ orderId: 'o-1' }))
 *   .passing(hour)
 *   .then({ state: { step: 'unpaid', orderId: 'o-1' }, ended: true, enqueued: [new CancelOrder({ orderId: 'o-1' })] });
 */
export function story<S, T extends string, Extra extends readonly unknown[]>(
  saga: Saga<S, T, Extra>,
  ...injected: Extra
): Story<S, T> {
  const told = new Told(saga, injected);
  const self: Story<S, T> = {
    given: (...events) => {
      for (const event of events) told.hear(event);
      return self;
    },
    when: (...events) => {
      told.forgetMessages();
      for (const event of events) told.hear(event);
      return self;
    },
    passing: (ms) => {
      told.forgetMessages();
      told.pass(ms);
      return self;
    },
    then: (expected) => {
      told.compare(expected);
      return self;
    },
  };
  return self;
}

/** One saga, and the time, as a story has made them. */
class Told {
  readonly #saga: Saga;
  readonly #extra: readonly unknown[];
  readonly #early: Event[] = [];
  /** When each timeout is due. */
  readonly #timeouts = new Map<string, number>();
  #standing: Standing = { status: 'none' };
  #key: string | undefined;
  #now = 0;
  #enqueued: AnyCommand[] = [];
  #published: Event[] = [];

  constructor(saga: Saga, extra: readonly unknown[]) {
    this.#saga = saga;
    this.#extra = extra;
  }

  hear(event: Event): void {
    const key = keyFor(this.#saga, event);
    this.#key ??= key;
    assert.equal(key, this.#key, `\`${event.type}\` is for another saga than the events before it`);
    const taken = takeEvent(this.#saga, this.#standing, event, this.#extra);
    if (taken.outcome === 'early') this.#early.push(event);
    this.#take(taken);
    if (taken.outcome === 'started') for (const one of this.#early.splice(0)) this.hear(one);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (let next = this.#dueBy(until); next !== undefined; next = this.#dueBy(until)) {
      const [timeout, at] = next;
      this.#now = at;
      this.#timeouts.delete(timeout);
      if (this.#standing.status !== 'running') return;
      this.#take(takeTimeout(this.#saga, timeout, this.#standing.state, this.#extra));
    }
    this.#now = until;
  }

  forgetMessages(): void {
    this.#enqueued = [];
    this.#published = [];
  }

  compare({
    state,
    ended = false,
    enqueued = [],
    published = [],
    timeouts = {},
  }: SagaExpectation<unknown, string>): void {
    const waiting = Object.fromEntries([...this.#timeouts].map(([name, at]) => [name, at - this.#now]));
    const actual = {
      state: this.#standing.status === 'none' ? undefined : this.#standing.state,
      ended: this.#standing.status === 'ended',
      enqueued: this.#enqueued.map(contentOf),
      published: this.#published.map(contentOf),
      timeouts: waiting,
    };
    const messages = { enqueued: enqueued.map(contentOf), published: published.map(contentOf) };
    assert.deepEqual(actual, { state, ended, ...messages, timeouts });
  }

  #dueBy(until: number): readonly [timeout: string, at: number] | undefined {
    return [...this.#timeouts].filter(([, at]) => at <= until).sort(([, a], [, b]) => a - b)[0];
  }

  #take({ step }: Taken): void {
    if (step === undefined) return;
    this.#standing = this.#after(step);
    for (const { command } of step.enqueued) this.#enqueued.push(command);
    this.#published.push(...step.published);
    for (const [timeout, delayMs] of Object.entries(step.timeouts)) {
      if (typeof delayMs === 'number') this.#timeouts.set(timeout, this.#now + delayMs);
      else this.#timeouts.delete(timeout);
    }
    if (step.ends) this.#timeouts.clear();
  }

  /** The state is kept as a store would keep it. */
  #after({ state, ends }: StepData<unknown, string>): Standing {
    const { version } = this.#saga.options;
    if (state === undefined) return this.#standing;
    const kept = readState(this.#saga, writeState(this.#saga, state), version);
    return { status: ends ? 'ended' : 'running', state: kept };
  }
}

/** What a message says, without what tells it from the same message at another time. */
function contentOf(message: object): unknown {
  return [declarationOf(message)?.type ?? describeValue(message), { ...message }];
}
