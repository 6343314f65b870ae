import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { Socket } from 'node:net';
import { AnywiseError } from '../core/errors/errors.js';
import { text, type OptionChecks } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';
import { isUntrusted, placesOf, serversCheck, tlsCheck } from '../kit/servers.js';
import { endsWithin } from '../kit/wait.js';
import { writeTogether } from './write-together.js';

/** How to reach RabbitMQ. */
export interface RabbitmqConnectionOptions {
  /** `host:port`, or several of one cluster, of which the first that answers is used. @defaultValue `127.0.0.1:5672` */
  readonly servers?: string | readonly string[];
  /** @defaultValue `guest` */
  readonly user?: string;
  /** @defaultValue `guest` */
  readonly password?: string;
  /** The virtual host. @defaultValue `/` */
  readonly vhost?: string;
  /** Uses TLS: options of Node's `tls.connect`, such as `ca`, `cert` and `key`; `true` for the defaults. @defaultValue no TLS */
  readonly tls?: true | object;
}

export const connectionChecks: OptionChecks<RabbitmqConnectionOptions> = {
  servers: serversCheck,
  user: text(),
  password: text(),
  vhost: text(),
  tls: tlsCheck,
};

/** @throws AnywiseError (`UNAVAILABLE`) if the package is not installed. */
async function loadDriver(): Promise<typeof import('amqplib')> {
  try {
    return await import('amqplib');
  } catch (cause) {
    throw new AnywiseError('UNAVAILABLE', 'RabbitMQ needs the package `amqplib`, which is not installed. Install it.', {
      cause,
    });
  }
}

const answerMs = 10_000;
const closeMs = 2_000;
/** A connection that is silently gone is noticed after two to three of them. */
const heartbeatSeconds = 5;

/** Waits for an answer of the server, but not for ever: a queue without a leader never answers. */
export async function answered<T>(what: string, answer: Promise<T>): Promise<T> {
  if (await endsWithin(answerMs, answer)) return answer;
  throw new Error(`it has not answered to ${what} for ${answerMs / 1_000} seconds`);
}

/** A connection to the server, until it is lost. */
export class Connection {
  readonly #model: ChannelModel;
  readonly #whenLost: (() => void)[] = [];
  #lost = false;
  #blocked: string | undefined;
  #closing: Promise<void> | undefined;

  private constructor(model: ChannelModel) {
    this.#model = model;
    writeTogether(this.#socket);
    // Without a listener an error ends the process. Those that wait for the connection report what happened.
    model.on('error', () => undefined);
    model.on('blocked', (why) => (this.#blocked = why));
    model.on('unblocked', () => (this.#blocked = undefined));
    model.on('close', () => this.#lose());
  }

  /** @param name how the server lists it. */
  static async open(options: RabbitmqConnectionOptions, place: string, name: string): Promise<Connection> {
    const { connect } = await loadDriver();
    const { user = 'guest', password = 'guest', vhost = '/', tls } = options;
    const [, hostname = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(place) ?? [];
    const opening = connect(
      {
        protocol: tls === undefined ? 'amqp' : 'amqps',
        hostname,
        ...(port === undefined ? {} : { port: Number(port) }),
        username: user,
        password,
        vhost: encodeURIComponent(vhost),
        heartbeat: heartbeatSeconds,
      },
      {
        ...(tls === undefined || tls === true ? {} : tls),
        timeout: answerMs,
        noDelay: true,
        clientProperties: { connection_name: name },
      },
    );
    // If it is opened too late, it is no longer wanted.
    const late = opening.then((model) => new Connection(model));
    try {
      return await answered('a new connection', late);
    } catch (error) {
      late.then(
        (connection) => connection.destroy(),
        () => undefined,
      );
      throw error;
    }
  }

  get isLost(): boolean {
    return this.#lost;
  }

  /** Why the server reads nothing from it at the moment; `undefined` if it reads. */
  get blocked(): string | undefined {
    return this.#blocked;
  }

  whenLost(call: () => void): void {
    if (this.#lost) call();
    else this.#whenLost.push(call);
  }

  async channel(): Promise<Channel> {
    return quiet(await answered('a new channel', this.#model.createChannel()));
  }

  async confirmChannel(): Promise<ConfirmChannel> {
    return quiet(await answered('a new channel', this.#model.createConfirmChannel()));
  }

  /** Uses a channel of its own: the server closes the channel after a refusal. */
  async onChannel<T>(what: string, work: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.channel();
    try {
      return await answered(what, orRefusal(channel, work(channel)));
    } finally {
      void closeChannel(channel);
    }
  }

  /** Says good-bye, and ends it even if there is no answer. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#lost) return;
    await endsWithin(closeMs, this.#model.close()).catch(() => false);
    this.destroy();
  }

  /** Ends it at once. */
  destroy(): void {
    // Without an error the client does not notice.
    this.#socket.destroy(new Error('the connection was given up'));
    this.#lose();
  }

  get #socket(): Socket {
    return (this.#model.connection as unknown as { readonly stream: Socket }).stream;
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    // The client leaves the socket of a peer that is silent half open.
    this.destroy();
    for (const call of this.#whenLost) call();
  }
}

function quiet<C extends Channel>(channel: C): C {
  channel.on('error', () => undefined);
  return channel;
}

/**
 * Waits for several answers over a channel. When the server refuses one and closes the channel, the others end without a
 * reason; this rejects with that of the server.
 */
export async function orRefusal<T>(channel: Channel, answers: Promise<T>): Promise<T> {
  let refusal: unknown;
  channel.on('error', (error) => (refusal = error));
  try {
    return await answers;
  } catch (error) {
    throw refusal ?? error;
  }
}

/** Closes a channel that may be closed already. Resolves when the server has closed it, or does not answer. */
export async function closeChannel(channel: Channel): Promise<void> {
  try {
    await endsWithin(closeMs, channel.close());
  } catch {
    // It was closed.
  }
}

/**
 * A connection that is made when it is needed, and made anew after it was lost. The client never reconnects by itself: what
 * was sent over one connection and what is sent over the next must be told apart.
 */
export class Link {
  readonly #options: RabbitmqConnectionOptions;
  readonly #name: string;
  readonly #places: readonly string[];
  #opening: Promise<Connection> | undefined;
  #closed = false;

  /** @param name how the server lists the connection. */
  constructor(options: RabbitmqConnectionOptions, name: string) {
    this.#options = options;
    this.#name = name;
    this.#places = placesOf(options.servers ?? '127.0.0.1:5672');
  }

  /** Where it leads, without credentials. */
  get place(): string {
    return this.#places.join(', ');
  }

  /** @throws AnywiseError (`UNAVAILABLE`) that says why there is no connection. */
  get(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new AnywiseError('UNAVAILABLE', 'The transport is closed.'));
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#open();
    this.#opening = opening;
    const forget = (): void => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    opening.then((connection) => connection.whenLost(forget), forget);
    return opening;
  }

  /** Ends the connection. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const closing = this.#opening?.then((connection) => connection.close());
    await endsWithin(closeMs, closing).catch(() => false);
  }

  async #open(): Promise<Connection> {
    let failure: unknown;
    for (const place of this.#places) {
      try {
        return await Connection.open(this.#options, place, this.#name);
      } catch (error) {
        failure = error;
      }
    }
    throw unavailable(this.place, failure);
  }
}

/** A failure whose text says what to do. */
export class Explained extends Error {}

/** Why RabbitMQ cannot be used. */
export function unavailable(place: string, cause: unknown): AnywiseError {
  if (AnywiseError.is(cause)) return cause;
  const text = errorText(cause);
  const advice = adviceFor.find(({ when }) => when.test(text));
  const known = cause instanceof Explained ? text : advice?.say(text);
  const untrusted = isUntrusted(cause);
  const check = untrusted ? 'Check `ca` in `tls`, and the name of the host' : 'Check that it runs and can be reached';
  const why = known ?? `${text === '' ? 'no reason was given' : text}. ${check}.`;
  const retryable = advice?.isFinal !== true && !untrusted;
  return new AnywiseError('UNAVAILABLE', `RabbitMQ at \`${place}\` cannot be used: ${why}`, { cause, retryable });
}

/** What texts of the client and the server mean, and what to do. */
const adviceFor: readonly {
  readonly when: RegExp;
  readonly say: (text: string) => string;
  /** Trying again cannot help. */
  readonly isFinal?: true;
}[] = [
  {
    when: /Handshake terminated by server: 403|Login was refused/,
    say: () => 'it refuses the credentials. Check user and password.',
    isFinal: true,
  },
  {
    when: /Expected ConnectionOpenOk/,
    say: () =>
      'it does not let the user into the virtual host. Check that the virtual host exists, and that `rabbitmqctl list_permissions` has the user.',
    isFinal: true,
  },
  {
    when: /ACCESS[_-]REFUSED/,
    say: (text) => `the user lacks a permission (${text}). Grant it with \`rabbitmqctl set_permissions\`.`,
  },
  {
    when: /Socket closed abruptly/,
    say: () => 'it closes the connection at once. Check that this is the port for AMQP, with TLS or without.',
  },
];

/** The code with which the server closed a channel: https://www.rabbitmq.com/amqp-0-9-1-reference#constants */
export function replyCodeOf(error: unknown): number | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'number' ? code : undefined;
}
