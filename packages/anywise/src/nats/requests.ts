import type { Msg, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { Envelope } from '../core/message/envelope.js';
import { sliceOf } from '../core/message/message.js';
import type { Abortable } from '../core/time/lazy-signal.js';
import { noResponder, PendingRequests, type Ask } from '../kit/pending-requests.js';
import { textIn } from '../kit/wire.js';
import { refusedOrAway, type Driver, type Link } from './client.js';
import type { Names } from './names.js';
import { Together } from './together.js';
import { largestJson, structuredHeaders, tooLargeFor } from './wire.js';

export interface RequestsOptions {
  readonly names: Names;
  /** The connection over which requests go and answers come. */
  readonly link: Link;
  readonly driver: () => Promise<Driver>;
  readonly maxMessageBytes: number;
}

/** A request that waits for its answer. */
interface Sent {
  readonly type: string;
  readonly subject: string;
  readonly connection: NatsConnection;
  /** Whether it was published: until then there is nothing to cancel. */
  isOut: boolean;
}

/** What is made once for a connection. */
interface Way {
  /** The subject at which answers arrive, without its last token. */
  readonly inbox: string;
  readonly headers: MsgHdrs;
  readonly largest: number;
}

const noResponders = 503;

/**
 * Requests to the instances that subscribe to the subject of their type. They and their answers are CloudEvents in structured
 * mode: a single header is read twice as fast as one for each attribute.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #pending: PendingRequests<NatsConnection>;
  readonly #sent = new Map<string, Sent>();
  readonly #ways = new WeakMap<NatsConnection, Way>();
  readonly #together = new Together();

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#pending = new PendingRequests({
      maxBytes: options.maxMessageBytes,
      send: (ask) => this.#send(ask),
      cancel: (ticket, connection) => this.#cancel(ticket, connection),
    });
  }

  ask(request: Envelope, signal: Abortable): Promise<Envelope> {
    return this.#pending.ask(request, signal);
  }

  /** Ends all waits. Idempotent. */
  close(): Promise<void> {
    return this.#pending.close();
  }

  #send(ask: Ask): NatsConnection | Promise<NatsConnection> {
    const connection = this.#options.link.current;
    const way = connection === undefined ? undefined : this.#ways.get(connection);
    return connection === undefined || way === undefined
      ? this.#connectAndSend(ask)
      : this.#sendOver(connection, way, ask);
  }

  async #connectAndSend(ask: Ask): Promise<NatsConnection> {
    const { link, driver } = this.#options;
    const { createInbox, headers } = await driver();
    const connection = await link.get();
    const way = this.#ways.get(connection) ?? this.#listen(connection, createInbox(), structuredHeaders(headers));
    return this.#sendOver(connection, way, ask);
  }

  #sendOver(connection: NatsConnection, way: Way, { ticket, request: { type }, json }: Ask): NatsConnection {
    if (json.length * 3 > way.largest && Buffer.byteLength(json) > way.largest) {
      throw tooLargeFor(type, json, way.largest);
    }
    const sent: Sent = { type, subject: this.#options.names.ask(type), connection, isOut: false };
    this.#sent.set(ticket, sent);
    this.#together.add(() => this.#publish(ticket, sent, json, way));
    return connection;
  }

  #publish(ticket: string, sent: Sent, json: string, { inbox, headers }: Way): void {
    // The sender may no longer wait for it.
    if (this.#sent.get(ticket) !== sent) return;
    sent.isOut = true;
    try {
      sent.connection.publish(sent.subject, Buffer.from(json), { reply: `${inbox}.${ticket}`, headers });
    } catch (error) {
      this.#sent.delete(ticket);
      this.#pending.fail(ticket, refusedOrAway(this.#options.link.place, error));
    }
  }

  /** Hears the answers that come over a connection, for as long as it lives. */
  #listen(connection: NatsConnection, inbox: string, headers: MsgHdrs): Way {
    const way = { inbox, headers, largest: largestJson(connection) };
    this.#ways.set(connection, way);
    connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => (error === null ? this.#hear(message) : this.#lose(connection, error)),
    });
    void this.#watch(connection);
    return way;
  }

  #hear(message: Msg): void {
    const ticket = lastToken(message.subject);
    const sent = this.#sent.get(ticket);
    this.#sent.delete(ticket);
    if (sent === undefined) return;
    if (message.headers?.code === noResponders) this.#pending.fail(ticket, noResponder(sent.type));
    else this.#pending.settle(ticket, textIn(message.data) ?? '');
  }

  /** Fails what a connection takes with it when it ends, and what its user may not ask. */
  async #watch(connection: NatsConnection): Promise<void> {
    void connection.closed().then((reason) => this.#lose(connection, reason ?? new Error('it was closed')));
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error.name === 'PermissionViolationError') this.#refused(status.error);
    }
  }

  #refused(error: Error & { readonly operation?: string; readonly subject?: string }): void {
    for (const [ticket, { subject }] of [...this.#sent]) {
      if (error.operation !== 'publish' || subject !== error.subject) continue;
      this.#sent.delete(ticket);
      this.#pending.fail(ticket, refusedOrAway(this.#options.link.place, error));
    }
  }

  #lose(connection: NatsConnection, reason: unknown): void {
    this.#ways.delete(connection);
    for (const [ticket, sent] of [...this.#sent]) if (sent.connection === connection) this.#sent.delete(ticket);
    this.#pending.lose(reason, connection);
  }

  #cancel(ticket: string, connection: NatsConnection): void {
    const sent = this.#sent.get(ticket);
    this.#sent.delete(ticket);
    if (sent?.isOut === true && !connection.isClosed()) {
      connection.publish(this.#options.names.cancel(sliceOf(sent.type)), ticket);
    }
  }
}

/** The ticket of a request is the last token of the subject at which its answer arrives. */
export function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
