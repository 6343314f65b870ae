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

/** The result of writing an envelope: its JSON, or why it cannot be sent. */
export type Written = WrittenEnvelope | { readonly failure: PublishFailure };

/**
 * Writes envelopes as JSON, one result each, in order. One that no receiver could accept, or that has more than `maxBytes`,
 * can never be sent, and holds back the later ones with its key, as the contract of `Transport` demands.
 */
export function writeEnvelopes(envelopes: readonly Envelope[], maxBytes: number): readonly Written[] {
  const heldKeys = new Set<string>();
  return envelopes.map((envelope) => {
    const key = orderKey(envelope);
    if (key !== undefined && heldKeys.has(key)) {
      return { failure: heldBack(key) };
    }
    try {
      return writeEnvelope(envelope, maxBytes);
    } catch (error) {
      if (key !== undefined) heldKeys.add(key);
      return { failure: { error, permanent: true } };
    }
  });
}

/** Why an envelope was not sent behind one with its key that was not taken. */
export function heldBack(key: string): PublishFailure {
  return { error: new Error(`An earlier message with the key \`${key}\` was not taken.`), permanent: false };
}

/**
 * The `publish` of a transport that accepts all envelopes of a call or none: writes them, publishes those that could be
 * written, and returns one result each.
 *
 * @param maxBytes how large each may be as JSON.
 * @param publish resolves when all are as durable as the transport claims, and rejects if all outcomes are unknown. Not
 * called if none could be written.
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

/** A message as read from the wire. */
export interface WireText {
  /** The whole text, or its bytes as they came; if `bytes` is given, only its beginning. */
  readonly text: string | Uint8Array;
  /** Its size in bytes, if it was too large to be read whole. */
  readonly bytes?: number;
  /** Distinguishes it from others with the same beginning and size, such as `message 17 of the log`. */
  readonly name: string;
  /** What the transport knows about it apart from the text. The text must agree. @defaultValue nothing */
  readonly type?: string;
  readonly kind?: string;
}

/**
 * Reads a message from the wire: the envelope, or its text and why that is unreadable. Bytes that are not UTF-8 are kept in
 * base64, as a `data:` URL. Never throws.
 */
export function readEnvelope(wire: WireText, maxBytes: number): Received {
  const bytes = wire.bytes ?? bytesIfMore(wire.text, maxBytes);
  if (bytes !== undefined) {
    const reason = `It has ${bytes} bytes, more than the ${maxBytes} that a message may have. Only its beginning is kept.`;
    return { unreadable: `${wire.name}, of ${bytes} bytes: ${beginningOf(wire.text)}`, reason };
  }
  if (typeof wire.text === 'string') return readText(wire.text, wire);
  const text = textIn(wire.text);
  if (text !== undefined) return readText(text, wire);
  const unreadable = `data:;base64,${Buffer.from(wire.text).toString('base64')}`;
  return { unreadable, reason: 'It is not UTF-8.' };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text in some bytes; `undefined` if they are not UTF-8. */
export function textIn(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function readText(text: string, wire: WireText): Received {
  try {
    const envelope = parseEnvelope(text);
    const problem = contradiction('type', wire, envelope) ?? contradiction('kind', wire, envelope);
    return problem === undefined ? { envelope, json: text } : { unreadable: text, reason: problem };
  } catch (error) {
    return { unreadable: text, reason: errorText(error) };
  }
}

/** The size of a text in bytes, if it exceeds `maxBytes`. */
function bytesIfMore(text: string | Uint8Array, maxBytes: number): number | undefined {
  // UTF-8 takes at most three bytes per code unit.
  if (text.length * 3 <= maxBytes) return undefined;
  const bytes = Buffer.byteLength(text);
  return bytes > maxBytes ? bytes : undefined;
}

function beginningOf(text: string | Uint8Array): string {
  const beginning = text.slice(0, limits.keptBytes);
  const bytes = typeof beginning === 'string' ? Buffer.from(beginning) : beginning;
  // As a stream, so that half a character at the end is dropped.
  return new TextDecoder().decode(bytes.subarray(0, limits.keptBytes), { stream: true });
}

function contradiction(name: 'type' | 'kind', said: WireText, envelope: Envelope): string | undefined {
  const expected = said[name];
  if (expected === undefined || expected === envelope[name]) return undefined;
  return `It was published as the ${name} \`${expected}\`, but its \`${name}\` is \`${envelope[name]}\`.`;
}
