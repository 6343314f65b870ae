import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import { answerTo } from '../core/message/answer.js';
import { parseEnvelope } from '../core/message/envelope.js';
import type { Answer, ServeOptions } from '../core/ports/transport.js';
import { Answering } from '../kit/answering.js';
import { Pump } from '../kit/pump.js';
import { onceHeader, structuredJson } from './asker.js';
import { answered, closeChannel, orRefusal, replyCodeOf, unavailable, type Link } from './client.js';
import { ensureAskExchange, type TopologyOptions } from './topology.js';

/** How many requests of one type come ahead of those that are answered. */
const mostAhead = 32;
/** The server deletes the queue of a type that no instance has answered for this long, for example after a restart. */
const unusedMs = 60_000;
const restMs = 60_000;

/** What a responder needs. */
export interface ResponderOptions extends TopologyOptions, ServeOptions {
  readonly answer: Answer;
  readonly maxMessageBytes: number;
  readonly link: Link;
  /** Another one: an address that is not of this server ends the connection over which it is answered. */
  readonly answers: Link;
}

/** Answers the requests of one subscription. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #answering: Answering;
  readonly #nonce = randomUUID();
  readonly #pump: Pump;
  readonly #waiting: Arrived[] = [];
  #channel: Channel | undefined;
  #tags: readonly string[] = [];
  #inHand = 0;
  #isClosing = false;
  #replies: Promise<Channel> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ResponderOptions) {
    this.#options = options;
    const { service, answer, maxMessageBytes, onError, link } = options;
    const answerOne: Answer = async (request, signal) => {
      this.#inHand++;
      try {
        return await answer(request, signal);
      } finally {
        this.#inHand--;
        this.#beginMore();
      }
    };
    this.#answering = new Answering({ service, maxBytes: maxMessageBytes, onError, answer: answerOne });
    const turn = async (): Promise<number> => {
      if (this.#channel === undefined) await this.#open();
      return restMs;
    };
    this.#pump = new Pump({ turn, onError: (error) => onError(unavailable(link.place, error)) });
  }

  /** Resolves once requests are accepted. They are accepted again by itself after the connection was lost. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      // The last of others has just closed, and the queue was deleted with it.
      if (replyCodeOf(error) !== 404) throw error;
      await this.#open();
    }
    this.#pump.start();
  }

  /** Tries at once to accept requests again, if it does not. */
  wake(): void {
    this.#pump.wake();
  }

  /** Takes no more, and resolves when those in hand are answered. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<void> {
    const { link, types, concurrency } = this.#options;
    const connection = await link.get();
    await ensureAskExchange(connection, this.#options);
    const channel = await connection.channel();
    try {
      await answered('the prefetch of requests', channel.prefetch(Math.min(mostAhead, concurrency)));
      const serving = [this.#hearCancelled(channel), ...types.map((type) => this.#serve(channel, type))];
      const [, ...tags] = await answered('reading the queues of requests', orRefusal(channel, Promise.all(serving)));
      this.#tags = tags;
    } catch (error) {
      void closeChannel(channel);
      throw error;
    }
    this.#channel = channel;
    channel.on('close', () => {
      if (this.#channel !== channel) return;
      this.#channel = undefined;
      this.#waiting.length = 0;
      this.#pump.wake();
    });
  }

  /** Without waiting in between: a channel does one after the other. */
  async #serve(channel: Channel, type: string): Promise<string> {
    const { names } = this.#options;
    const queue = names.askQueue(type);
    const declared = channel.assertQueue(queue, { durable: true, autoDelete: true, expires: unusedMs });
    const bound = channel.bindQueue(queue, names.askExchange, type);
    const consuming = channel.consume(queue, (message) => this.#hear(channel, message));
    const [, , { consumerTag }] = await Promise.all([declared, bound, consuming]);
    return consumerTag;
  }

  async #hearCancelled(channel: Channel): Promise<string> {
    const { names, service } = this.#options;
    const queue = names.cancelQueue(service, this.#nonce);
    const declared = channel.assertQueue(queue, { durable: false, autoDelete: true, exclusive: true });
    const bound = channel.bindQueue(queue, names.askExchange, names.cancelKey(service));
    const cancel = (message: ConsumeMessage | null): void => {
      const ticket: unknown = message?.properties.correlationId;
      if (typeof ticket === 'string') this.#cancel(ticket);
    };
    const consuming = channel.consume(queue, cancel, { noAck: true });
    const [, , { consumerTag }] = await Promise.all([declared, bound, consuming]);
    return consumerTag;
  }

  #hear(channel: Channel, message: ConsumeMessage | null): void {
    if (message === null) {
      // The queue was deleted. All of them are declared again.
      void closeChannel(channel);
      return;
    }
    this.#waiting.push({ channel, message });
    this.#beginMore();
  }

  #cancel(ticket: string): void {
    const at = this.#waiting.findIndex(({ message }) => message.properties.correlationId === ticket);
    if (at === -1) this.#answering.cancel(ticket);
    if (at === -1) return;
    for (const { channel, message } of this.#waiting.splice(at, 1)) acknowledge(channel, message);
  }

  /** While it closes they are not handled, but told that they may ask another. */
  #beginMore(): void {
    while (this.#isClosing || this.#inHand < this.#options.concurrency) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#begin(next);
    }
  }

  /** Acknowledges it first: a request that comes again would be handled twice. */
  #begin({ channel, message }: Arrived): void {
    const { onError, service } = this.#options;
    const { correlationId: ticket, replyTo, headers } = propertiesOf(message);
    if (!acknowledge(channel, message)) return;
    if (typeof ticket !== 'string' || typeof replyTo !== 'string') {
      onError(new Error(`A request to \`${service}\` says not where to answer it, and was ignored.`));
      return;
    }
    const text = message.content.toString();
    const reply = (json: string): Promise<void> => this.#reply(replyTo, ticket, json);
    if (message.fields.redelivered && headers?.[onceHeader] === true) this.#refuse(text, reply);
    else this.#answering.take({ ticket, text, reply });
  }

  /** Another may have begun with it before its connection was lost. */
  #refuse(text: string, reply: (json: string) => Promise<void>): void {
    const { service, onError } = this.#options;
    const refuse = async (): Promise<void> => {
      const request = parseEnvelope(text);
      const message = `\`${request.type}\` (${request.id}) was given to an instance whose connection was lost, so whether it was handled is not known.`;
      const data = { code: 'UNAVAILABLE', message, retryable: true };
      await reply(JSON.stringify(answerTo(request, `/${service}`, { kind: 'error', data })));
    };
    refuse().catch(onError);
  }

  async #reply(replyTo: string, ticket: string, json: string): Promise<void> {
    this.#replies ??= this.#openReplies();
    const channel = await this.#replies;
    channel.publish('', replyTo, Buffer.from(json), { contentType: structuredJson, correlationId: ticket });
  }

  async #openReplies(): Promise<Channel> {
    try {
      const channel = await (await this.#options.answers.get()).channel();
      // The one who has asked learns nothing of it.
      channel.on('error', (error) => this.#options.onError(unavailable(this.#options.answers.place, error)));
      channel.on('close', () => (this.#replies = undefined));
      return channel;
    } catch (error) {
      this.#replies = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    const inHand = this.#answering.close();
    const channel = this.#channel;
    this.#channel = undefined;
    this.#beginMore();
    await this.#pump.stop();
    if (channel !== undefined) await this.#cancelConsumers(channel);
    await inHand;
    // With what has come in the meantime.
    await this.#answering.close();
    const replies = await this.#replies?.catch(() => undefined);
    await Promise.all([channel, replies].map(async (open) => open && closeChannel(open)));
  }

  async #cancelConsumers(channel: Channel): Promise<void> {
    try {
      await answered('the end of requests', Promise.all(this.#tags.map((tag) => channel.cancel(tag))));
    } catch (error) {
      this.#options.onError(unavailable(this.#options.link.place, error));
    }
  }
}

/** A request that is not begun. */
interface Arrived {
  readonly channel: Channel;
  readonly message: ConsumeMessage;
}

/** Gives whether the channel still lives. Otherwise the server gives the request to another. */
function acknowledge(channel: Channel, message: ConsumeMessage): boolean {
  try {
    channel.ack(message);
    return true;
  } catch {
    return false;
  }
}

/** What a stranger may have sent. */
function propertiesOf({ properties }: ConsumeMessage): {
  readonly correlationId?: unknown;
  readonly replyTo?: unknown;
  readonly headers: Readonly<Record<string, unknown>> | undefined;
} {
  return properties;
}
