import type { JetStreamClient } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { AnywiseError } from '../core/errors/errors.js';
import { orderKey, type Envelope } from '../core/message/envelope.js';
import type { PublishFailure } from '../core/ports/transport.js';
import { heldBack, writeEnvelopes } from '../kit/wire.js';
import { unavailable } from './client.js';
import { notInSubject, type Names } from './names.js';
import { messageIdOf, writeMessage } from './wire.js';

const confirmMs = 5_000;
const mostInFlight = 256;
/** More than any header has: the longest holds a source and an id, percent-encoded. */
const mostHeaderBytes = 4_096;

/** What a publisher needs. */
export interface PublisherOptions {
  readonly names: Names;
  readonly place: string;
  readonly maxMessageBytes: number;
  readonly makeHeaders: () => MsgHdrs;
}

type Outcome = PublishFailure | undefined;

interface Numbered {
  readonly at: number;
  readonly envelope: Envelope;
}

/**
 * Publishes envelopes, those of one key one after the other: a full stream refuses a large message and takes the small one
 * behind it. Keys do not wait for each other.
 *
 * @throws AnywiseError (`UNAVAILABLE`) if none is confirmed, and all may be with the next attempt.
 */
export async function publishAll(
  { connection, client }: { readonly connection: NatsConnection; readonly client: JetStreamClient },
  envelopes: readonly Envelope[],
  options: PublisherOptions,
): Promise<readonly Outcome[]> {
  const results: Outcome[] = writeEnvelopes(envelopes, options.maxMessageBytes).map((written) =>
    'failure' in written ? written.failure : undefined,
  );
  const sendable = envelopes.flatMap((envelope, at) => (results[at] === undefined ? [{ at, envelope }] : []));
  const publishOne = async ({ at, envelope }: Numbered): Promise<boolean> => {
    results[at] = await outcomeOf(client, connection, envelope, options);
    return results[at] === undefined;
  };
  const lanes = lanesOf(sendable);
  const publishLane = async (lane: readonly Numbered[]): Promise<void> => {
    for (const [n, one] of lane.entries()) {
      if (await publishOne(one)) continue;
      for (const { at, envelope } of lane.slice(n + 1)) results[at] = heldBack(orderKey(envelope) ?? '');
      return;
    }
  };
  const turns = lanes.values();
  // Workers that share one iterator: each takes the next lane when it is done with the one before.
  const work = async (): Promise<void> => {
    for (const lane of turns) await publishLane(lane);
  };
  await Promise.all(Array.from({ length: Math.min(mostInFlight, lanes.length) }, work));
  expectSome(results, sendable);
  return results;
}

/** Envelopes by their keys, in order; without a key each is alone. */
function lanesOf(numbered: readonly Numbered[]): readonly (readonly Numbered[])[] {
  const keyed = new Map<string, Numbered[]>();
  const lanes: Numbered[][] = [];
  for (const one of numbered) {
    const key = orderKey(one.envelope);
    const known = key === undefined ? undefined : keyed.get(key);
    if (known !== undefined) {
      known.push(one);
      continue;
    }
    const lane = [one];
    lanes.push(lane);
    if (key !== undefined) keyed.set(key, lane);
  }
  return lanes;
}

async function outcomeOf(
  client: JetStreamClient,
  connection: NatsConnection,
  envelope: Envelope,
  { names, place, makeHeaders }: PublisherOptions,
): Promise<Outcome> {
  const subject = names.subjectOf(envelope);
  if (subject === undefined) {
    return { error: notInSubject(envelope.type), permanent: true };
  }
  const headers = makeHeaders();
  const body = writeMessage(envelope, headers);
  headers.append('Nats-Msg-Id', messageIdOf(envelope));
  const refused = tooLarge(envelope.type, connection, headers, body ?? '');
  if (refused !== undefined) return { error: refused, permanent: true };
  try {
    await client.publish(subject, body, { headers, timeout: confirmMs, retries: 0 });
    return undefined;
  } catch (error) {
    return { error: unavailable(place, error), permanent: false };
  }
}

/** The server closes the connection of a client that sends more than it takes, so it is not sent. */
function tooLarge(type: string, { info }: NatsConnection, headers: MsgHdrs, body: string): AnywiseError | undefined {
  const most = info?.max_payload ?? Infinity;
  // Nothing is measured that is small for certain: UTF-8 takes at most three bytes per code unit.
  if (body.length * 3 + headers.keys().length * mostHeaderBytes <= most) return undefined;
  const bytes = headerBytes(headers) + Buffer.byteLength(body);
  if (bytes <= most) return undefined;
  return new AnywiseError(
    'MESSAGE_TOO_LARGE',
    `\`${type}\` has ${bytes} bytes with its headers, more than the ${most} that the NATS server takes. Send less, or raise \`max_payload\` in the server's configuration.`,
  );
}

/** As they are written: a line that begins them, one for each, and an empty one. */
function headerBytes(headers: MsgHdrs): number {
  let bytes = 'NATS/1.0\r\n\r\n'.length;
  for (const name of headers.keys()) bytes += `${name}: ${headers.get(name)}\r\n`.length;
  return bytes;
}

/** If nothing got through, the server is away rather than one message wrong: the caller should rest. */
function expectSome(results: readonly Outcome[], sendable: readonly Numbered[]): void {
  const failures = sendable.map(({ at }) => results[at]);
  const [first] = failures;
  if (first !== undefined && failures.every((failure) => failure?.permanent === false)) throw first.error;
}
