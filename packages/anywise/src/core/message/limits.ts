import { wholeNumber } from '../errors/options.js';

/** The limits of every message, wherever it goes. `docs/limits.md` says what happens beyond them. */
export const limits = {
  /**
   * An id, a key, a name or another attribute of an envelope, in bytes of UTF-8: every index and every broker accepts that
   * much.
   */
  attributeBytes: 512,
  /** A whole message as JSON, in bytes, unless a bus or a transport says otherwise: NATS accepts no more by default. */
  messageBytes: 1_048_576,
  /** The highest limit that a bus or a transport may set. Stores read no larger row. */
  largestMessageBytes: 134_217_728,
  /** How deep data may nest: code that walks it recurses once per level. */
  depth: 100,
  /** How many bytes of messages a store or a transport reads, writes or hands over at once; a larger message goes alone. */
  batchBytes: 4_194_304,
  /** How many bytes of messages a process handles at once: with more in hand it claims none until some have ended. */
  inHandBytes: 33_554_432,
  /** How many bytes of a message that is too large to read are kept, from its beginning. */
  keptBytes: 1_000,
} as const;

/** The valid range of the option `maxMessageBytes` of a bus or a transport. */
export const messageBytesCheck = wholeNumber(1_024, limits.largestMessageBytes);
