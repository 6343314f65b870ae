import type { ConfirmChannel } from 'amqplib';
import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import type { Envelope } from '../core/message/envelope.js';
import { sliceOf } from '../core/message/message.js';
import type { PublishFailure } from '../core/ports/transport.js';
import { replyCodeOf, type Connection } from './client.js';
import { ensureQueue, importCommand, type TopologyOptions, type WantedQueue } from './topology.js';
import type { Written } from './wire.js';

/** `undefined` if it is confirmed; `lost` if that is not known, because the epoch has ended. */
export type Outcome = PublishFailure | undefined | 'lost';

/** One channel for publishing, and what is known for as long as it lives. */
export class Epoch {
  readonly connection: Connection;
  readonly #channel: ConfirmChannel;
  readonly #options: TopologyOptions;
  /** The services whose queues have been found or made, or why not. */
  readonly #owners = new Map<string, Promise<PublishFailure | undefined>>();
  /** The commands that no queue took. */
  readonly #returned = new Set<string>();
  readonly #whenEnded: (why: unknown) => void;
  #ended: unknown;

  constructor(
    connection: Connection,
    channel: ConfirmChannel,
    options: TopologyOptions,
    whenEnded: (why: unknown) => void,
  ) {
    this.connection = connection;
    this.#channel = channel;
    this.#options = options;
    this.#whenEnded = whenEnded;
    channel.on('error', (error) => this.end(error));
    channel.on('close', () => this.end(new Error('the connection was lost')));
    // What is returned is returned before it is confirmed.
    channel.on('return', ({ properties: { headers } }) =>
      this.#returned.add(nameOf(headers?.cloudEvents_source, headers?.cloudEvents_id)),
    );
  }

  /** Why nothing more can be sent; `undefined` while it lives. */
  get ended(): unknown {
    return this.#ended;
  }

  /** Sends nothing more. What is not confirmed may be published all the same. */
  end(why: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.connection.destroy();
    this.#whenEnded(why);
  }

  /** Why a command cannot be sent yet: the queue of its service is missing, and may not be made. */
  ownerFailure(type: string): Promise<PublishFailure | undefined> {
    const owner = sliceOf(type);
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const finding = this.#findOwner(owner);
    this.#owners.set(owner, finding);
    finding.then(
      (failure) => failure !== undefined && this.#owners.delete(owner),
      () => this.#owners.delete(owner),
    );
    return finding;
  }

  /** @param settle called once, at once or with the confirm. */
  send(key: string, envelope: Envelope, { body, properties }: Written, settle: (outcome: Outcome) => void): void {
    const { exchange } = this.#options.names;
    const { type, kind } = envelope;
    const confirm =
      kind === 'command'
        ? this.#confirmOfCommand(envelope, settle)
        : (error: unknown): void => settle(outcomeOf(error, type));
    // An event need not have a listener. A command without a queue would be lost, although it is confirmed.
    const mandatory = kind === 'command';
    try {
      this.#channel.publish(exchange, key, body, { ...properties, persistent: true, mandatory }, confirm);
    } catch (error) {
      if (error instanceof RangeError) settle({ error: tooManyHeaders(type), permanent: true });
      else {
        this.end(error);
        settle('lost');
      }
    }
  }

  #confirmOfCommand({ source, id, type }: Envelope, settle: (outcome: Outcome) => void): (error: unknown) => void {
    const name = nameOf(source, id);
    this.#returned.delete(name);
    return (error) => {
      const wasReturned = this.#returned.delete(name);
      settle(error === null && wasReturned ? this.#notTaken(type) : outcomeOf(error, type));
    };
  }

  #notTaken(type: string): PublishFailure {
    const owner = sliceOf(type);
    this.#owners.delete(owner);
    const queue = this.#queueOf(owner).name;
    return notYet(`No queue took \`${type}\`: \`${queue}\` is missing, or lacks the binding for commands.`);
  }

  async #findOwner(owner: string): Promise<PublishFailure | undefined> {
    const queue = this.#queueOf(owner);
    try {
      await ensureQueue(this.connection, queue, this.#options);
      return undefined;
    } catch (error) {
      if (this.connection.isLost) throw error;
      // The queue is there, and this user may not bind it. Where its service has not, the command is returned.
      if (replyCodeOf(error) === 403) return undefined;
      const advice = `Start \`${owner}\` once, or let an administrator run \`${importCommand([queue], this.#options)}\`.`;
      return notYet(`The queue of \`${owner}\` cannot be made (${errorText(error)}). ${advice}`, error);
    }
  }

  #queueOf(owner: string): WantedQueue {
    const { names } = this.#options;
    return { name: names.queueOf(owner), bindings: [names.commandsFor(owner)] };
  }
}

function outcomeOf(error: unknown, type: string): Outcome {
  if (error === null) return undefined;
  return errorText(error).includes('nacked') ? notYet(`A RabbitMQ queue has refused \`${type}\`.`) : 'lost';
}

function nameOf(source: unknown, id: unknown): string {
  return JSON.stringify([source, id]);
}

function notYet(message: string, cause?: unknown): PublishFailure {
  return { error: new AnywiseError('UNAVAILABLE', message, { retryable: true, cause }), permanent: false };
}

function tooManyHeaders(type: string): AnywiseError {
  return new AnywiseError(
    'MESSAGE_TOO_LARGE',
    `\`${type}\` has more attributes than the headers of an AMQP message can carry, which is 64 KiB. Send less in the context.`,
  );
}
