/** What every message keeps to, wherever it goes. `docs/limits.md` says what happens beyond. */
export const limits = {
  /** An id, a key, a name or another attribute of an envelope, in bytes of UTF-8: every index and every broker takes so much. */
  attributeBytes: 512,
  /** A whole message as JSON, in bytes, where a bus or a transport does not say otherwise: NATS takes no more by default. */
  messageBytes: 1_048_576,
  /** How deep data may nest: code that walks through it calls itself once a level. */
  depth: 100,
} as const;
