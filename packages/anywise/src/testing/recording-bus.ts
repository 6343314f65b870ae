import { Anywise } from '../anywise.js';
import type { AbstractClass, Command, Event, ReplyOf } from '../message.js';

/** A bus that does nothing but note what it is asked, for tests of one handler. */
export interface RecordingBus {
  /** What to give to the handler in place of its bus. */
  readonly anywise: Anywise;
  /** The commands and queries sent, in order. */
  readonly sent: readonly Command[];
  /** The events published, in order. */
  readonly published: readonly Event[];
  /** Says what a command or query is answered with. Without, sending it is an error. */
  answer<C extends Command>(
    message: AbstractClass<C>,
    reply: ReplyOf<C> | ((command: C) => ReplyOf<C> | Promise<ReplyOf<C>>),
  ): this;
}

/**
 * Makes a bus for the test of one handler or listener.
 *
 * @example
 * const bus = recordingBus();
 * await createPayment.run(command, context, { payments, anywise: bus.anywise });
 * expect(bus.published).toEqual([new PaymentCreated({ … })]);
 */
export function recordingBus(): RecordingBus {
  const sent: Command[] = [];
  const published: Event[] = [];
  const answers = new Map<unknown, (command: Command) => unknown>();
  const send = async (command: Command): Promise<unknown> => {
    sent.push(command);
    const answer = answers.get(command.constructor);
    if (answer === undefined) {
      throw new Error(
        `\`${command.type}\` was sent, but the test gives no answer. Add \`.answer(${command.constructor.name}, …)\`.`,
      );
    }
    return answer(command);
  };
  const publish = async (event: Event): Promise<void> => void published.push(event);
  const anywise = Object.assign(Object.create(Anywise.prototype) as Anywise, { send, publish });
  const bus: RecordingBus = {
    anywise,
    sent,
    published,
    answer: (message, reply) => {
      const answer = typeof reply === 'function' ? (reply as (command: Command) => unknown) : () => reply as unknown;
      answers.set(message, answer);
      return bus;
    },
  };
  return bus;
}
