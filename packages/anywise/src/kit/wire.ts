import { orderKey, type Envelope } from '../core/message/envelope.js';
import type { PublishFailure } from '../core/ports/transport.js';

/** An envelope as it is sent, or why it is not. */
export type Serialised = { readonly envelope: Envelope; readonly json: string } | { readonly failure: PublishFailure };

/** Writes envelopes as JSON. One that cannot be written can never go, and holds back those behind it with its key. */
export function serialise(envelopes: readonly Envelope[]): readonly Serialised[] {
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
