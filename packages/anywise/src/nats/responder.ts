import type { Msg, MsgHdrs, NatsConnection, Subscription as Listening } from '@nats-io/transport-node';
import { AnywiseError } from '../core/errors/errors.js';
import { sliceOf } from '../core/message/message.js';
import type { Answer, ServeOptions } from '../core/ports/transport.js';
import { longestTimerMs } from '../core/time/timers.js';
import { Answering } from '../kit/answering.js';
import { Pump } from '../kit/pump.js';
import { textIn } from '../kit/wire.js';
import { flush, refusedOrAway, unavailable, type Driver, type Link } from './client.js';
import type { Names } from './names.js';
import { lastToken } from './requests.js';
import { Together } from './together.js';
import { largestJson, structuredHeaders } from './wire.js';

export interface ResponderOptions extends ServeOptions {
  readonly names: Names;
  /** The connection over which requests come and answers go. */
  readonly link: Link;
  readonly driver: Driver;
  readonly maxMessageBytes: number;
  readonly answer: Answer;
}

/** What it has subscribed to. */
interface Attached {
  readonly connection: NatsConnection;
  readonly asks: readonly Listening[];
  readonly cancels: readonly Listening[];
}

/** Answers the requests of one service. Its instances are a queue group: the server gives each request to one of them. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #pump: Pump;
  readonly #headers: MsgHdrs;
  readonly #together = new Together();
  #answering: Answering | undefined;
  #attached: Attached | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#headers = structuredHeaders(options.driver.headers);
    this.#pump = new Pump({ turn: () => this.#turn(), onError: (error) => options.onError(error) });
  }

  /** Resolves once requests arrive. From then on it subscribes again after each loss of the connection. */
  async open(): Promise<void> {
    await this.#attach();
    this.#pump.start();
  }

  /** Takes no more, and resolves when those in hand are answered. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Tries at once to subscribe again, if the connection was lost. */
  wake(): void {
    this.#pump.wake();
  }

  async #close(): Promise<void> {
    const stopped = this.#pump.stop();
    const { connection, asks = [], cancels = [] } = this.#attached ?? {};
    if (connection !== undefined && !connection.isClosed()) {
      // What the server had sent by then arrives before this ends. A connection that is lost brings nothing any more.
      const drained = Promise.all(asks.map((each) => each.drain()));
      await Promise.race([drained, connection.closed()]).catch(() => undefined);
    }
    await this.#answering?.close();
    for (const each of cancels) each.unsubscribe();
    await stopped;
  }

  async #turn(): Promise<number> {
    await this.#attach();
    return longestTimerMs;
  }

  async #attach(): Promise<void> {
    const { link, onError } = this.#options;
    const connection = await link.get();
    if (this.#attached?.connection === connection || this.#closing !== undefined) return;
    this.#answering ??= this.#makeAnswering(connection);
    let refusal: Error | undefined;
    const refused = (error: Error): void => {
      refusal ??= error;
      // Later, as when the server reads its configuration again.
      if (this.#attached?.connection === connection) onError(refusedOrAway(link.place, error));
    };
    const { asks, cancels } = this.#listen(connection, refused);
    // The server has answered what it refuses before it answers this.
    await flush(connection);
    const isClosing = (): boolean => this.#closing !== undefined;
    if (refusal !== undefined || isClosing()) for (const each of [...asks, ...cancels]) each.unsubscribe();
    if (refusal !== undefined) throw refusedOrAway(link.place, refusal);
    if (isClosing()) return;
    this.#attached = { connection, asks, cancels };
    void connection.closed().then(() => {
      this.#answering?.lose(connection);
      this.#pump.wake();
    });
  }

  #makeAnswering(connection: NatsConnection): Answering {
    const { service, answer, onError, maxMessageBytes } = this.#options;
    return new Answering({ service, answer, onError, maxBytes: Math.min(maxMessageBytes, largestJson(connection)) });
  }

  /** A cancellation goes to all instances, as only the server knows which one has the request. */
  #listen(connection: NatsConnection, refused: (error: Error) => void): Omit<Attached, 'connection'> {
    const { names, service, types } = this.#options;
    const queue = names.queue(service);
    const onCancel = (message: Msg): void => this.#answering?.cancel(textIn(message.data) ?? '');
    const onAsk = (message: Msg): void => this.#take(message, connection);
    const callback = (hear: (message: Msg) => void) => ({
      callback: (error: Error | null, message: Msg): void => (error === null ? hear(message) : refused(error)),
    });
    const slices = [...new Set([service, ...types.map(sliceOf)])];
    return {
      asks: types.map((type) => connection.subscribe(names.ask(type), { queue, ...callback(onAsk) })),
      cancels: slices.map((slice) => connection.subscribe(names.cancel(slice), callback(onCancel))),
    };
  }

  #take(message: Msg, connection: NatsConnection): void {
    const { onError } = this.#options;
    const { reply } = message;
    const text = textIn(message.data);
    if (reply === undefined || reply === '' || text === undefined) {
      const what = text === undefined ? 'is not UTF-8' : 'has no subject for its answer';
      onError(new AnywiseError('UNREADABLE_MESSAGE', `A request at \`${message.subject}\` ${what}. It is ignored.`));
      return;
    }
    const send = (json: string): Promise<void> => this.#reply(connection, reply, json);
    this.#answering?.take({ ticket: lastToken(reply), text, reply: send, route: connection });
  }

  #reply(connection: NatsConnection, subject: string, json: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#together.add(() => {
        try {
          connection.publish(subject, Buffer.from(json), { headers: this.#headers });
          resolve();
        } catch (error) {
          reject(unavailable(this.#options.link.place, error));
        }
      });
    });
  }
}
