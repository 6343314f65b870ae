import { sliceOf } from '../core/message/message.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Abortable } from '../core/time/lazy-signal.js';
import { noResponder, PendingRequests, type Ask } from '../kit/pending-requests.js';
import type { Channel } from 'amqplib';
import { answered, closeChannel, unavailable, type Link } from './client.js';
import { ensureAskExchange, type TopologyOptions } from './topology.js';

/** To where answers go: to the channel that has asked, without a queue. https://www.rabbitmq.com/docs/direct-reply-to */
const replyTo = 'amq.rabbitmq.reply-to';
export const structuredJson = 'application/cloudevents+json';
/** Marks a request that must not be handled twice. */
export const onceHeader = 'anywise-once';

/** What an asker needs. */
export interface AskerOptions extends TopologyOptions {
  readonly link: Link;
  readonly maxMessageBytes: number;
}

/** The way to one service over one channel. */
interface Route {
  readonly channel: Channel;
  readonly service: string;
}

interface Asking {
  readonly channel: Channel;
  readonly routes: Map<string, Route>;
}

/** Sends requests, over a channel on which their answers come. */
export class Asker {
  readonly #options: AskerOptions;
  readonly #pending: PendingRequests<Route>;
  #asking: Promise<Asking> | undefined;

  constructor(options: AskerOptions) {
    this.#options = options;
    const { names, maxMessageBytes } = options;
    this.#pending = new PendingRequests<Route>({
      maxBytes: maxMessageBytes,
      send: (ask) => this.#send(ask),
      cancel: (ticket, { channel, service }) =>
        channel.publish(names.askExchange, names.cancelKey(service), Buffer.from(''), { correlationId: ticket }),
    });
  }

  /** Keeps the promises of `Transport.request`. */
  request(request: Envelope, signal: Abortable): Promise<Envelope> {
    return this.#pending.ask(request, signal);
  }

  /** Gives up what is not answered. Idempotent. */
  async close(): Promise<void> {
    await this.#pending.close();
    // What was sent at last is sent before the connection ends.
    const asking = await this.#asking?.catch(() => undefined);
    if (asking !== undefined) await closeChannel(asking.channel);
  }

  async #send({ ticket, request, json }: Ask): Promise<Route> {
    const { names } = this.#options;
    if (names.keyOf(request) === undefined) throw noResponder(request.type);
    const { channel, routes } = await this.#current();
    const isOnce = request.kind === 'command' && request.idempotencykey === undefined;
    channel.publish(names.askExchange, request.type, Buffer.from(json), {
      contentType: structuredJson,
      correlationId: ticket,
      replyTo,
      mandatory: true,
      ...(isOnce ? { headers: { [onceHeader]: true } } : {}),
      // After that the sender no longer waits for it, so no instance should begin with it.
      ...(request.timeoutms === undefined ? {} : { expiration: Math.max(1, Math.ceil(request.timeoutms)) }),
    });
    const service = sliceOf(request.type);
    const route = routes.get(service) ?? { channel, service };
    routes.set(service, route);
    return route;
  }

  async #current(): Promise<Asking> {
    this.#asking ??= this.#begin();
    const asking = this.#asking;
    try {
      return await asking;
    } catch (error) {
      if (this.#asking === asking) this.#asking = undefined;
      throw unavailable(this.#options.link.place, error);
    }
  }

  async #begin(): Promise<Asking> {
    const connection = await this.#options.link.get();
    await ensureAskExchange(connection, this.#options);
    const channel = await connection.channel();
    const routes = new Map<string, Route>();
    let why: unknown = new Error('the connection was lost');
    channel.on('error', (error) => (why = error));
    channel.on('close', () => {
      this.#asking = undefined;
      for (const route of routes.values()) this.#pending.lose(why, route);
    });
    // No instance answers the type: it has no queue.
    channel.on('return', ({ fields, properties }) =>
      this.#pending.fail(String(properties.correlationId), noResponder(fields.routingKey)),
    );
    const hear = channel.consume(
      replyTo,
      (message) =>
        message !== null && this.#pending.settle(String(message.properties.correlationId), message.content.toString()),
      { noAck: true },
    );
    await answered('listening for answers', hear);
    return { channel, routes };
  }
}
