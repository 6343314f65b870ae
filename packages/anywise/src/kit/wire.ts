import { errorText } from '../core/errors/thrown.js';
import { orderKey, parseEnvelope, type Envelope } from '../core/message/envelope.js';
import type { PublishFailure, Received } from '../core/ports/transport.js';

/** An envelope and its JSON. */
export interface WrittenEnvelope {
  readonly envelope: Envelope;
  readonly json: string;
}

/** What writing an envelope gives: its JSON, or why it cannot be sent. */
export type Written = WrittenEnvelope | { readonly failure: PublishFailure };

/**
 * Writes envelopes as JSON, one result each, in their order. One that cannot be written can never be sent, and holds back
 * those behind it with its key, as the contract of `Transport` demands.
 */
export function writeEnvelopes(envelopes: readonly Envelope[]): readonly Written[] {
  const heldKeys = new Set<string>();
  return envelopes.map((envelope) => {
    const key = orderKey(envelope);
    if (key !== undefined && heldKeys.has(key)) {
      return {
        failure: { error: new Error(`An earlier message with the key \`${key}\` was not taken.`), permanent: false },
      };
    }
    try {
      return { envelope, json: JSON.stringify(envelope) };
    } catch (error) {
      if (key !== undefined) heldKeys.add(key);
      return { failure: { error, permanent: true } };
    }
  });
}

/**
 * The `publish` of a transport that takes all envelopes of a call or none: writes them, has those that could be written
 * published, and gives one result each.
 *
 * @param publish resolves when all are as durable as the transport claims, and rejects if nothing is known of any. Not called
 * if none could be written.
 */
export async function publishTogether(
  envelopes: readonly Envelope[],
  publish: (written: readonly WrittenEnvelope[]) => Promise<void>,
): Promise<readonly (PublishFailure | undefined)[]> {
  const results = writeEnvelopes(envelopes);
  const written = results.filter((result) => 'json' in result);
  if (written.length > 0) await publish(written);
  return results.map((result) => ('failure' in result ? result.failure : undefined));
}

/** Reads a text that came over the wire: the envelope, or the text itself and why it holds none. Throws nothing. */
export function readEnvelope(text: string): Received {
  try {
    return { envelope: parseEnvelope(text), json: text };
  } catch (error) {
    return { unreadable: text, reason: errorText(error) };
  }
}
