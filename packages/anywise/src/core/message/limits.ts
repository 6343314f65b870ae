import { wholeNumber } from '../errors/options.js';

/** What every message keeps to, wherever it goes. `docs/limits.md` says what happens beyond. */
export const limits = {
  /** An id, a key, a name or another attribute of an envelope, in bytes of UTF-8: every index and every broker takes so much. */
  attributeBytes: 512,
  /** A whole message as JSON, in bytes, where a bus or a transport does not say otherwise: NATS takes no more by default. */
  messageBytes: 1_048_576,
  /** The most that a bus or a transport may say. Stores read no row that is larger. */
  largestMessageBytes: 134_217_728,
  /** How deep data may nest: code that walks through it calls itself once a level. */
  depth: 100,
  /** What a store or a transport reads, writes or hands over at once, in bytes of messages; a larger message goes alone. */
  batchBytes: 4_194_304,
  /** What is kept of a message that is too large to be read, in bytes from its beginning. */
  keptBytes: 1_000,
} as const;

/** What the option `maxMessageBytes` of a bus or a transport may be. */
export const messageBytesCheck = wholeNumber(1_024, limits.largestMessageBytes);
