import { AnywiseError } from '../errors/errors.js';
import type { Codec } from '../message/codec.js';
import { parseEnvelope } from '../message/envelope.js';
import type { AnyCommand, Event } from '../message/message.js';
import type { KeptSaga, SagaTransaction } from '../ports/sagas.js';
import type { Wiring } from '../registry/wiring.js';
import type { Saga } from '../sagas/declaration.js';
import { readState, writeState } from '../sagas/state.js';
import type { StepData } from '../sagas/step.js';
import { keyFor, takeEvent, takeTimeout, type SagaOutcome, type Standing, type Taken } from '../sagas/take.js';
import { SagaTaker, type TimeoutMessage } from '../sagas/taker.js';
import type { Enqueuer } from './enqueue.js';
import type { Frame } from './frame.js';
import type { Publisher } from './publish.js';

export interface SagaRunnerOptions {
  readonly wiring: Wiring;
  readonly codec: Codec;
  readonly enqueuer: Enqueuer;
  readonly publisher: Publisher;
}

/** Takes messages for sagas, and makes what their steps say come true in the message's transaction. */
export class SagaRunner {
  readonly #options: SagaRunnerOptions;

  constructor(options: SagaRunnerOptions) {
    this.#options = options;
  }

  /** The sagas as one message sees them. */
  within(frame: Frame): SagaTaker {
    return new MessageSagas(this.#options, frame);
  }
}

/** A message that a saga takes, as its audit names it. */
interface Message {
  readonly id: string;
  readonly type: string;
}

class MessageSagas extends SagaTaker {
  readonly #options: SagaRunnerOptions;
  readonly #frame: Frame;

  constructor(options: SagaRunnerOptions, frame: Frame) {
    super();
    this.#options = options;
    this.#frame = frame;
  }

  async takeEvent(saga: Saga, event: Event, extra: readonly unknown[]): Promise<void> {
    const key = keyFor(saga, event);
    const row = await this.#sagas.open(saga.name, key);
    const taken = takeEvent(saga, standingOf(saga, row), event, extra);
    if (taken.outcome === undefined) return;
    const before = row ?? unbegun(saga, key);
    const message = { id: event.eventId, type: event.type };
    if (taken.outcome !== 'early') {
      const after = await this.#save(saga, before, message, taken.outcome, taken.step);
      if (taken.outcome === 'started') await this.#takeEarly(saga, after, extra);
      return;
    }
    const waiting: KeptSaga = { ...before, revision: before.revision + 1 };
    const { claim } = this.#frame.unit;
    await this.#sagas.save(waiting, { ...stepOf(message, 'early'), state: undefined, caused: [], json: claim?.json });
  }

  async takeTimeout(saga: Saga, { key, timeout }: TimeoutMessage, extra: readonly unknown[]): Promise<void> {
    const { messageId: id } = this.#frame;
    const row = await this.#sagas.open(saga.name, key);
    if (row === undefined) return;
    const message = { id, type: timeout };
    const standing = standingOf(saga, row);
    if (standing.status !== 'running' || row.timeouts[timeout]?.id !== id) {
      await this.#save(saga, row, message, 'stale', undefined);
      return;
    }
    const { [timeout]: _due, ...timeouts } = row.timeouts;
    const { step } = takeTimeout(saga, timeout, standing.state, extra);
    await this.#save(saga, { ...row, timeouts }, message, 'stepped', step);
  }

  /** What came before the beginning is taken in its order, as if it came now. */
  async #takeEarly(saga: Saga, started: KeptSaga, extra: readonly unknown[]): Promise<void> {
    let saved = started;
    for (const json of await this.#sagas.takeEarly(saga.name, saved.key)) {
      const event = this.#options.codec.decode(parseEnvelope(json)) as Event;
      const { outcome = 'late', step }: Taken = takeEvent(saga, standingOf(saga, saved), event, extra);
      saved = await this.#save(saga, saved, { id: event.eventId, type: event.type }, outcome, step);
    }
  }

  async #save(
    saga: Saga,
    before: KeptSaga,
    message: Message,
    outcome: SagaOutcome,
    step: StepData<unknown, string> | undefined,
  ): Promise<KeptSaga> {
    const caused = step === undefined ? [] : await this.#say(step);
    const timeouts = step === undefined ? before.timeouts : await this.#setTimeouts(saga, before, step);
    const kept = step?.state === undefined ? before : { ...before, ...this.#stateOf(saga, step.state) };
    const status = step?.ends === true ? 'ended' : outcome === 'started' ? 'running' : before.status;
    const after: KeptSaga = { ...kept, status, timeouts, revision: before.revision + 1 };
    const set = Object.entries(step?.timeouts ?? {}).flatMap(([name, delayMs]) => (delayMs === null ? [] : [name]));
    const { state } = after;
    await this.#sagas.save(after, { ...stepOf(message, outcome), state, caused: [...caused, ...set] });
    return after;
  }

  #stateOf(saga: Saga, state: unknown): Pick<KeptSaga, 'state' | 'shape'> {
    return { state: writeState(saga, state), shape: saga.options.version };
  }

  async #say({ enqueued, published }: StepData<unknown, string>): Promise<string[]> {
    const { enqueuer, publisher } = this.#options;
    for (const { command, options } of enqueued) enqueuer.enqueue(command, options, this.#frame, this.#frame.unit);
    for (const event of published) await publisher.publish(event, undefined, this.#frame);
    return [...enqueued.map(({ command }) => command.type), ...published.map(({ type }) => type)];
  }

  /** Timeouts are scheduled messages: set and cancelled with the commit. */
  async #setTimeouts(saga: Saga, { key, timeouts }: KeptSaga, step: StepData<unknown, string>) {
    const left = new Map(Object.entries(timeouts));
    const changed = Object.keys(step.timeouts);
    for (const name of step.ends ? [...left.keys(), ...changed] : changed) {
      const waiting = left.get(name);
      if (waiting !== undefined) await this.#frame.unit.cancel(waiting.id);
      left.delete(name);
      const delayMs = step.timeouts[name];
      if (step.ends || typeof delayMs !== 'number') continue;
      left.set(name, { id: this.#schedule(saga, { key, timeout: name }, delayMs), dueAt: Date.now() + delayMs });
    }
    return Object.fromEntries(left);
  }

  #schedule(saga: Saga, message: TimeoutMessage, delayMs: number): string {
    const { wiring, enqueuer } = this.#options;
    const registered = wiring.sagas.find((one) => one.saga.name === saga.name);
    if (registered === undefined) throw new Error(`The saga \`${saga.name}\` is not registered.`);
    const command = registered.timeout.parse(message) as AnyCommand;
    return enqueuer.enqueue(command, { delayMs, key: message.key }, this.#frame, this.#frame.unit);
  }

  get #sagas(): SagaTransaction {
    return this.#frame.unit.sagas;
  }
}

function unbegun({ name, options }: Saga, key: string): KeptSaga {
  return { name, key, status: 'early', shape: options.version, revision: 0, state: undefined, timeouts: {} };
}

function standingOf(saga: Saga, row: KeptSaga | undefined): Standing {
  if (row === undefined || row.status === 'early') return { status: 'none' };
  if (row.state === undefined) {
    throw new AnywiseError('UNREADABLE', `The saga \`${saga.name}\` with the key \`${row.key}\` has lost its state.`);
  }
  return { status: row.status, state: readState(saga, row.state, row.shape) };
}

function stepOf(
  { id, type }: Message,
  outcome: SagaOutcome,
): { messageId: string; type: string; outcome: SagaOutcome } {
  return { messageId: id, type, outcome };
}
