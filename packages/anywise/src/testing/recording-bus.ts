import { Anywise } from '../core/bus/anywise.js';
import type { EnqueueOptions } from '../core/dispatch/enqueue.js';
import type { AbstractClass, AnyCommand, Command, Event, ReplyOf } from '../core/message/message.js';
import type { Transaction } from '../core/bus/anywise.js';

/** A command that was enqueued, and how. */
export interface RecordedCommand {
  readonly id: string;
  readonly command: AnyCommand;
  readonly options: EnqueueOptions;
  readonly isCancelled: boolean;
}

/** A bus that only records calls, for testing a single handler. */
export interface RecordingBus {
  /** The bus to pass to the handler. */
  readonly anywise: Anywise;
  /** The commands and queries sent, in order. */
  readonly sent: readonly Command[];
  /** The events published, in order. */
  readonly published: readonly Event[];
  /** The commands enqueued, in order. */
  readonly enqueued: readonly RecordedCommand[];
  /** Sets the reply to a command or query. Without it, sending one is an error. */
  answer<C extends Command>(
    message: AbstractClass<C>,
    reply: ReplyOf<C> | ((command: C) => ReplyOf<C> | Promise<ReplyOf<C>>),
  ): this;
}

/**
 * Creates a bus for testing one handler or listener.
 *
 * @example
 * const bus = recordingBus();
 * await createPayment.run(command, context, { payments, anywise: bus.anywise });
 * expect(bus.published).toEqual([new PaymentCreated({ … })]);
 */
export function recordingBus(): RecordingBus {
  const sent: Command[] = [];
  const published: Event[] = [];
  const enqueued: RecordedCommand[] = [];
  const answers = new Map<unknown, (command: Command) => unknown>();
  const send = async (command: Command): Promise<unknown> => {
    sent.push(command);
    const answer = answers.get(command.constructor);
    if (answer === undefined) {
      throw new Error(
        `\`${command.type}\` was sent, but the test has no answer for it. Add \`.answer(${command.constructor.name}, …)\`.`,
      );
    }
    return answer(command);
  };
  const publish = async (event: Event): Promise<void> => void published.push(event);
  const enqueue = async (command: AnyCommand, options: EnqueueOptions = {}): Promise<string> => {
    const id = `enqueued-${enqueued.length + 1}`;
    enqueued.push({ id, command, options, isCancelled: false });
    return id;
  };
  const cancel = async (id: string): Promise<boolean> => {
    const index = enqueued.findIndex((each) => each.id === id && !each.isCancelled);
    const waiting = enqueued[index];
    if (waiting !== undefined) enqueued[index] = { ...waiting, isCancelled: true };
    return waiting !== undefined;
  };
  const anywise = Object.assign(Object.create(Anywise.prototype) as Anywise, {
    send,
    publish,
    enqueue,
    cancel,
    transaction: async <T>(work: (tx: Transaction) => Promise<T>) =>
      work(Object.assign(anywise, { get: nothingToGet })),
  });
  const bus: RecordingBus = {
    anywise,
    sent,
    published,
    enqueued,
    answer: (message, reply) => {
      const answer = typeof reply === 'function' ? (reply as (command: Command) => unknown) : () => reply as unknown;
      answers.set(message, answer);
      return bus;
    },
  };
  return bus;
}

function nothingToGet(): Promise<never> {
  return Promise.reject(
    new Error('A recording bus has no services. Use a running bus to test code that calls `tx.get`.'),
  );
}
