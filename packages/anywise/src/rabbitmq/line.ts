import type { ConsumeMessage } from 'amqplib';
import { isWantedBy } from '../kit/subscriptions.js';
import type { Names } from './names.js';
import { identityOf } from './wire.js';

/** Whose line it is. */
export interface LineOptions {
  readonly names: Names;
  readonly consumer: string;
  readonly types: readonly string[];
  readonly onError: (error: unknown) => void;
}

/**
 * The instances of a service wait in line for its queue, and the one in front gets its messages, among them such that only a
 * newer version has asked for. Before one of these the instance goes to the end of the line. If the message comes back, no
 * instance wants its type, as after a rollback: it is taken, and the bus keeps it if no contract knows it. An instance that
 * takes its place in the line puts a word into the queue, from which on it may be wanted again.
 */
export class Line {
  readonly #options: LineOptions;
  readonly #joinedKey: string;
  readonly #isWanted: ReturnType<typeof isWantedBy>;
  /** The routing keys of messages that came back. */
  readonly #unwanted = new Set<string>();
  /** The message before which the place in front was left. */
  #leftBefore: string | undefined;
  readonly #told = new Set<string>();

  constructor(options: LineOptions) {
    const { names, consumer } = options;
    this.#options = options;
    this.#joinedKey = names.joinedKey(consumer);
    this.#isWanted = isWantedBy(options);
  }

  /** Whether it is the word of an instance to the others. */
  isWord({ fields }: ConsumeMessage): boolean {
    return fields.exchange === this.#options.names.exchange && fields.routingKey === this.#joinedKey;
  }

  /** Whether this instance takes a message without asking the others. Called with messages in their order. */
  takes(message: ConsumeMessage): boolean {
    const { names } = this.#options;
    const { exchange, routingKey } = message.fields;
    if (this.isWord(message)) this.#unwanted.clear();
    // What was put into the queue past the exchange is for the instance that gets it.
    const isOurs = exchange === names.exchange && !this.isWord(message);
    return !isOurs || this.#unwanted.has(routingKey) || this.#isWanted(names.readKey(routingKey));
  }

  /** Whether to go to the end of the line before a message. If not, it has come back, and its like are taken from now on. */
  leavesBefore(message: ConsumeMessage): boolean {
    const identity = identityOf(message);
    if (this.#leftBefore !== identity) {
      this.#leftBefore = identity;
      return true;
    }
    const { routingKey } = message.fields;
    this.#unwanted.add(routingKey);
    this.#tell(routingKey);
    return false;
  }

  #tell(routingKey: string): void {
    if (this.#told.has(routingKey)) return;
    this.#told.add(routingKey);
    const queue = this.#options.names.queueOf(this.#options.consumer);
    this.#options.onError(
      new Error(
        `The queue \`${queue}\` brings \`${routingKey}\`, which no instance that runs has asked for. If no version of the service listens to it any more, let an administrator remove that binding.`,
      ),
    );
  }
}
