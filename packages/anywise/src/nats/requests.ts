import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Envelope } from '../core/message/envelope.js';
import { sliceOf } from '../core/message/message.js';
import { noResponder, PendingRequests, type Ask } from '../kit/pending-requests.js';
import { textIn } from '../kit/wire.js';
import { refusedOrAway, type Driver, type Link } from './client.js';
import type { Names } from './names.js';
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
}

const noResponders = 503;

/**
 * Requests to whoever subscribes to the subject of their type. They and their answers are CloudEvents in structured mode: a
 * single header is read twice as fast as one for each attribute.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #pending: PendingRequests<NatsConnection>;
  readonly #sent = new Map<string, Sent>();
  /** The subject at which the answers arrive that come over a connection, without its last token. */
  readonly #inboxes = new WeakMap<NatsConnection, string>();

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#pending = new PendingRequests({
      maxBytes: options.maxMessageBytes,
      send: (ask) => this.#send(ask),
      cancel: (ticket, connection) => this.#cancel(ticket, connection),
    });
  }

  ask(request: Envelope, signal: AbortSignal): Promise<Envelope> {
    return this.#pending.ask(request, signal);
  }

  /** Ends all waits. Idempotent. */
  close(): Promise<void> {
    return this.#pending.close();
  }

  async #send({ ticket, request: { type }, json }: Ask): Promise<NatsConnection> {
    const { names, link, driver } = this.#options;
    const subject = names.ask(type);
    const { createInbox, headers } = await driver();
    const connection = await link.get();
    const inbox = this.#inboxes.get(connection) ?? this.#listen(connection, createInbox());
    const most = largestJson(connection);
    if (Buffer.byteLength(json) > most) throw tooLargeFor(type, json, most);
    this.#sent.set(ticket, { type, subject, connection });
    try {
      connection.publish(subject, json, { reply: `${inbox}.${ticket}`, headers: structuredHeaders(headers) });
    } catch (error) {
      this.#sent.delete(ticket);
      throw refusedOrAway(link.place, error);
    }
    return connection;
  }

  /** Hears the answers that come over a connection, for as long as it lives. */
  #listen(connection: NatsConnection, inbox: string): string {
    this.#inboxes.set(connection, inbox);
    connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => (error === null ? this.#hear(message) : this.#lose(connection, error)),
    });
    void this.#watch(connection);
    return inbox;
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
    this.#inboxes.delete(connection);
    for (const [ticket, sent] of [...this.#sent]) if (sent.connection === connection) this.#sent.delete(ticket);
    this.#pending.lose(reason, connection);
  }

  #cancel(ticket: string, connection: NatsConnection): void {
    const sent = this.#sent.get(ticket);
    this.#sent.delete(ticket);
    if (sent !== undefined && !connection.isClosed()) {
      connection.publish(this.#options.names.cancel(sliceOf(sent.type)), ticket);
    }
  }
}

/** The ticket of a request is the last token of the subject at which its answer arrives. */
export function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
