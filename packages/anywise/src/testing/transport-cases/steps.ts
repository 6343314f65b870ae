import assert from 'node:assert/strict';
import type { Envelope } from '../../core/message/envelope.js';
import type { Received, Subscription, Transport } from '../../core/ports/transport.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportFixture } from '../transport-case.js';

interface Consumer {
  /** The received and acknowledged messages, in order of arrival, duplicates included. */
  readonly ids: string[];
  readonly subscription: Subscription;
}

interface ConsumeOptions {
  readonly consumer?: string;
  readonly types?: readonly string[];
  /** May fail or wait. */
  readonly receive?: (envelopes: readonly Envelope[]) => Promise<unknown>;
  readonly onError?: (error: unknown) => void;
}

/** Subscribes, as the bus does again and again while the broker is too slow, and records what arrives. */
export async function consume(transport: Transport, options: ConsumeOptions = {}): Promise<Consumer> {
  const { consumer = 'consumer', types = ['test.happened'], receive, onError = () => undefined } = options;
  const ids: string[] = [];
  const record = async (batch: readonly Received[]): Promise<void> => {
    const envelopes = batch.map(envelopeOf);
    await receive?.(envelopes);
    ids.push(...envelopes.map(({ id }) => id));
  };
  const subscription = await eventually(() => transport.subscribe({ consumer, types, onError }, record));
  return { ids, subscription };
}

/** Makes a consumer known, so that it gets what is published from now on, once it subscribes. */
export async function makeKnown(transport: Transport, consumer = 'consumer', types = ['test.happened']): Promise<void> {
  const { subscription } = await consume(transport, { consumer, types });
  await subscription.close();
}

function envelopeOf(received: Received): Envelope {
  assert.ok('envelope' in received, 'an envelope could not be read');
  return received.envelope;
}

/** Envelopes `m0`, `m1` and so on. */
export function numbered(count: number, change: (n: number) => Partial<Envelope> = () => ({})): Envelope[] {
  return Array.from({ length: count }, (_, n) => testEnvelope({ id: `m${n}`, ...change(n) }));
}

export function idsOf(envelopes: readonly Envelope[]): string[] {
  return envelopes.map(({ id }) => id);
}

/** Publishes undisturbed: everything has to be confirmed. */
export async function publish(transport: Transport, envelopes: readonly Envelope[]): Promise<void> {
  same(
    await transport.publish(envelopes),
    envelopes.map(() => undefined),
  );
}

/** A broker that was killed needs half a minute to start on a busy machine. */
const restartMs = 120_000;

/** Publishes as the relay does: again and again, each as long as it is not confirmed. */
export async function publishUntilConfirmed(transport: Transport, envelopes: readonly Envelope[]): Promise<void> {
  let left = envelopes;
  await eventually(async () => {
    const results = await transport.publish(left);
    left = left.filter((_, n) => results[n] !== undefined);
    assert.equal(left.length, 0);
  }, restartMs);
}

/** What a case needs of its fixture. */
export function needed<Name extends Exclude<keyof TransportFixture, 'connect'>>(
  fixture: TransportFixture,
  name: Name,
): NonNullable<TransportFixture[Name]> {
  const found = fixture[name];
  assert.ok(found !== undefined, `the capabilities say that the fixture has \`${name}\`, which it does not have`);
  return found;
}

/** Whether the envelopes of each key arrived in the order in which they were published, ignoring later copies. */
export function sameOrder(ids: readonly string[], sent: readonly Envelope[]): void {
  const firsts = [...new Set(ids)];
  for (const key of new Set(sent.map(({ subject }) => subject))) {
    const ofKey = idsOf(sent.filter(({ subject }) => subject === key));
    const wanted = new Set(ofKey);
    same(
      firsts.filter((id) => wanted.has(id)),
      ofKey,
    );
  }
}

/** Whether exactly these ids arrived, each once, in any order. */
export function sameOnce(ids: readonly string[], expected: readonly string[]): void {
  assert.equal(ids.length, expected.length);
  same([...ids].sort(), [...expected].sort());
}

/** Whether all of these arrived, once or more. */
export function hasAll(ids: readonly string[], expected: readonly string[]): void {
  same([...new Set(ids)].sort(), [...expected].sort());
}

export async function withTransports<T>(
  { connect }: TransportFixture,
  count: number,
  work: (...transports: Transport[]) => Promise<T>,
): Promise<T> {
  const transports = Array.from({ length: count }, connect);
  try {
    return await work(...transports);
  } finally {
    await Promise.all(transports.map(async (transport) => transport.close()));
  }
}

/** A gate: those that await `opened` wait until it is opened. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
