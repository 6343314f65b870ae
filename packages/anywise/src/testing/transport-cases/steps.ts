import assert from 'node:assert/strict';
import type { Envelope } from '../../core/message/envelope.js';
import type { Received, Subscription, Transport } from '../../core/ports/transport.js';
import { testEnvelope } from '../envelopes.js';
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

/** Subscribes and records what arrives. */
export async function consume(transport: Transport, options: ConsumeOptions = {}): Promise<Consumer> {
  const { consumer = 'consumer', types = ['test.happened'], receive, onError = () => undefined } = options;
  const ids: string[] = [];
  const subscription = await transport.subscribe({ consumer, types, onError }, async (batch) => {
    const envelopes = batch.map(envelopeOf);
    await receive?.(envelopes);
    ids.push(...envelopes.map(({ id }) => id));
  });
  return { ids, subscription };
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
