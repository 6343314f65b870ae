import { errorText } from '../core/errors/thrown.js';
import {
  orderKey,
  parseEnvelope,
  writeEnvelope,
  type Envelope,
  type WrittenEnvelope,
} from '../core/message/envelope.js';
import { limits } from '../core/message/limits.js';
import type { PublishFailure, Received } from '../core/ports/transport.js';

/** What writing an envelope gives: its JSON, or why it cannot be sent. */
export type Written = WrittenEnvelope | { readonly failure: PublishFailure };

/**
 * Writes envelopes as JSON, one result each, in their order. One that no receiver could take, or that has more than
 * `maxBytes`, can never be sent, and holds back those behind it with its key, as the contract of `Transport` demands.
 */
export function writeEnvelopes(envelopes: readonly Envelope[], maxBytes: number): readonly Written[] {
  const heldKeys = new Set<string>();
  return envelopes.map((envelope) => {
    const key = orderKey(envelope);
    if (key !== undefined && heldKeys.has(key)) {
      return {
        failure: { error: new Error(`An earlier message with the key \`${key}\` was not taken.`), permanent: false },
      };
    }
    try {
      return writeEnvelope(envelope, maxBytes);
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
 * @param maxBytes how large each may be as JSON.
 * @param publish resolves when all are as durable as the transport claims, and rejects if nothing is known of any. Not called
 * if none could be written.
 */
export async function publishTogether(
  envelopes: readonly Envelope[],
  maxBytes: number,
  publish: (written: readonly WrittenEnvelope[]) => Promise<void>,
): Promise<readonly (PublishFailure | undefined)[]> {
  const results = writeEnvelopes(envelopes, maxBytes);
  const written = results.filter((result) => 'json' in result);
  if (written.length > 0) await publish(written);
  return results.map((result) => ('failure' in result ? result.failure : undefined));
}

/** A message as it is found on the wire. */
export interface WireText {
  /** All of it; where `bytes` is given, no more than its beginning. */
  readonly text: string;
  /** How large it is, where it was too large to be read as a whole. */
  readonly bytes?: number;
  /** Tells it from others that begin alike and are as large, such as `message 17 of the log`. */
  readonly name: string;
  /** What its sender said of it beside the text. The text must say the same. @defaultValue nothing */
  readonly type?: string;
  readonly kind?: string;
}

/** Reads a message that came over the wire: the envelope, or its text and why that holds none. Throws nothing. */
export function readEnvelope(wire: WireText, maxBytes: number): Received {
  const { text, name } = wire;
  const bytes = wire.bytes ?? bytesIfMore(text, maxBytes);
  if (bytes !== undefined) {
    const reason = `It has ${bytes} bytes, more than the ${maxBytes} that a message may have. Only its beginning is kept.`;
    return { unreadable: `${name}, of ${bytes} bytes: ${beginningOf(text)}`, reason };
  }
  try {
    const envelope = parseEnvelope(text);
    const problem = contradiction('type', wire, envelope) ?? contradiction('kind', wire, envelope);
    return problem === undefined ? { envelope, json: text } : { unreadable: text, reason: problem };
  } catch (error) {
    return { unreadable: text, reason: errorText(error) };
  }
}

/** How many bytes a text has where these are more than `maxBytes`. */
function bytesIfMore(text: string, maxBytes: number): number | undefined {
  // UTF-8 takes at most three bytes for each unit.
  if (text.length * 3 <= maxBytes) return undefined;
  const bytes = Buffer.byteLength(text);
  return bytes > maxBytes ? bytes : undefined;
}

function beginningOf(text: string): string {
  const bytes = Buffer.from(text.slice(0, limits.keptBytes)).subarray(0, limits.keptBytes);
  // As of a stream, so that half of a character at the end is left out.
  return new TextDecoder().decode(bytes, { stream: true });
}

function contradiction(name: 'type' | 'kind', said: WireText, envelope: Envelope): string | undefined {
  const expected = said[name];
  if (expected === undefined || expected === envelope[name]) return undefined;
  return `It was published as the ${name} \`${expected}\`, but its \`${name}\` is \`${envelope[name]}\`.`;
}
