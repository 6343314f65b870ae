import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import { orderKey, type Envelope } from '../core/message/envelope.js';
import type { PublishFailure } from '../core/ports/transport.js';
import { heldBack, writeEnvelopes } from '../kit/wire.js';
import { Explained, replyCodeOf, unavailable, type Link } from './client.js';
import { Confirms } from './confirms.js';
import { Epoch, type Outcome } from './epoch.js';
import { ensureExchange, rebindMs, type TopologyOptions } from './topology.js';
import { writeMessage } from './wire.js';

const confirmMs = 10_000;
/** For how long a shortage counts after it was met: the server tells of it only where something is published. */
const shortMs = 30_000;

/** What a publisher needs. */
export interface PublisherOptions extends TopologyOptions {
  readonly link: Link;
  readonly maxMessageBytes: number;
}

/**
 * Publishes over one channel, and begins with a new connection after anything went wrong with it. Messages are sent without
 * waiting for each other's confirms: of those that a channel was given when it ends, the server has a beginning.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #epoch: Promise<Epoch> | undefined;
  /** The size that the server was seen to refuse. */
  #serverMaxBytes = Infinity;
  #restsUntil = 0;
  #shortage: { readonly reason: string; readonly until: number } | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** @throws AnywiseError (`UNAVAILABLE`) if none is confirmed, and all may be with the next attempt. */
  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const epoch = await this.#current();
    const results = await this.#refusals(epoch, envelopes);
    const held = new Set<string>();
    const confirms = new Confirms(results);
    for (const [at, envelope] of envelopes.entries()) {
      const key = orderKey(envelope);
      if (key !== undefined && held.has(key)) results[at] ??= heldBack(key);
      if (results[at] === undefined) this.#send(epoch, envelope, confirms.expect(at));
      if (key !== undefined && results[at] !== undefined) held.add(key);
    }
    await confirms.all(confirmMs, () => {
      this.#noteShortage(epoch.connection.blocked);
      epoch.end(whyNoConfirm(epoch));
    });
    if (epoch.ended === undefined) this.#noteShortage(undefined);
    return this.#withoutLost(results, epoch);
  }

  /** @throws AnywiseError (`UNAVAILABLE`) that says why nothing can be published. */
  async check(): Promise<void> {
    const { connection } = await this.#current();
    const looking = ensureExchange(connection, this.#options);
    const error = await looking.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const shortage = connection.blocked ?? this.#shortageNow();
    if (shortage !== undefined) throw this.#unavailable(shortOf(shortage));
    if (error !== undefined) throw this.#unavailable(error);
  }

  #noteShortage(reason: string | undefined): void {
    this.#shortage = reason === undefined ? undefined : { reason, until: performance.now() + shortMs };
  }

  #shortageNow(): string | undefined {
    return this.#shortage !== undefined && performance.now() < this.#shortage.until ? this.#shortage.reason : undefined;
  }

  #unavailable(error: unknown): AnywiseError {
    return unavailable(this.#options.link.place, error);
  }

  async #current(): Promise<Epoch> {
    if (performance.now() < this.#restsUntil) throw this.#unavailable(this.#exchangeGone());
    this.#epoch ??= this.#begin();
    const beginning = this.#epoch;
    try {
      return await beginning;
    } catch (error) {
      if (this.#epoch === beginning) this.#epoch = undefined;
      throw this.#unavailable(error);
    }
  }

  async #begin(): Promise<Epoch> {
    const connection = await this.#options.link.get();
    await ensureExchange(connection, this.#options);
    const channel = await connection.confirmChannel();
    return new Epoch(connection, channel, this.#options, (why) => this.#learnFrom(why));
  }

  #learnFrom(why: unknown): void {
    this.#epoch = undefined;
    const [, most] = /message size \d+ is larger than \D*(\d+)/.exec(errorText(why)) ?? [];
    if (most !== undefined) this.#serverMaxBytes = Number(most);
    // With the exchange its bindings are gone: what is published before every service has bound its queue again is lost.
    if (replyCodeOf(why) === 404) this.#restsUntil = performance.now() + 2 * rebindMs;
  }

  /** Why some cannot be sent. */
  async #refusals(epoch: Epoch, envelopes: readonly Envelope[]): Promise<Outcome[]> {
    const written = writeEnvelopes(envelopes, this.#options.maxMessageBytes);
    const results: Outcome[] = written.map((result) => ('failure' in result ? result.failure : undefined));
    const commands = envelopes.flatMap(({ kind, type }, at) =>
      kind === 'command' && results[at] === undefined && this.#options.names.keyOf({ kind, type }) !== undefined
        ? [epoch.ownerFailure(type).then((failure) => (results[at] = failure))]
        : [],
    );
    if (commands.length === 0) return results;
    try {
      await Promise.all(commands);
    } catch (error) {
      throw this.#unavailable(error);
    }
    return results;
  }

  #send(epoch: Epoch, envelope: Envelope, settle: (outcome: Outcome) => void): void {
    const { type } = envelope;
    const key = this.#options.names.keyOf(envelope);
    const written = writeMessage(envelope);
    const bytes = written.body.byteLength;
    if (key === undefined) settle({ error: unroutable(type), permanent: true });
    else if (bytes > this.#serverMaxBytes) {
      settle({ error: tooLarge(type, bytes, this.#serverMaxBytes), permanent: true });
    } else epoch.send(key, envelope, written, settle);
  }

  /** If everything that could be sent is lost, the server is away: the caller should rest. */
  #withoutLost(results: readonly Outcome[], { ended }: Epoch): readonly (PublishFailure | undefined)[] {
    if (!results.includes('lost')) return results as readonly (PublishFailure | undefined)[];
    const error = this.#unavailable(ended ?? new Error('the connection was lost'));
    if (!results.includes(undefined)) throw error;
    return results.map((result) => (result === 'lost' ? { error, permanent: false } : result));
  }

  #exchangeGone(): Error {
    const { exchange } = this.#options.names;
    return new Explained(
      `the exchange \`${exchange}\` was deleted. Publishing goes on once every service has had the time to bind its queue to a new one.`,
    );
  }
}

function whyNoConfirm({ connection }: Epoch): Error {
  if (connection.blocked !== undefined) return shortOf(connection.blocked);
  return new Error(`it has not confirmed a message for ${confirmMs / 1_000} seconds`);
}

function shortOf(reason: string): Error {
  return new Explained(
    `it takes no messages, because it is short of memory or disk (${reason}). Free some, or raise the limits of the server.`,
  );
}

function unroutable(type: string): AnywiseError {
  return new AnywiseError('INVALID_ENVELOPE', `The type \`${type}\` cannot be part of an AMQP routing key.`);
}

function tooLarge(type: string, bytes: number, most: number): AnywiseError {
  return new AnywiseError(
    'MESSAGE_TOO_LARGE',
    `\`${type}\` has ${bytes} bytes, more than the ${most} that the RabbitMQ server takes. Send less, or raise \`max_message_size\` in the server's configuration.`,
  );
}
