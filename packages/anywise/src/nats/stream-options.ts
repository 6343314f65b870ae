import { milliseconds, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import { prefixCheck } from '../kit/servers.js';

/** What the streams are called, and how they are made. */
export interface NatsStreamOptions {
  /**
   * What the names of the streams and subjects begin with: letters, digits, `-` and `_`. Services that communicate use the
   * same one; another keeps a tenant apart. @defaultValue `anywise`
   */
  readonly prefix?: string;
  /** How many servers of a cluster keep each message: 1, 3 or 5. Only for streams that this makes. @defaultValue 1 */
  readonly replicas?: number;
  /** How long a message is kept, read or not, in milliseconds. Only for a stream that this makes. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
  /** How many bytes the stream may have; a full one refuses messages, which then wait in the outbox. Only for a stream that this makes. @defaultValue no limit */
  readonly maxBytes?: number;
}

export const streamDefaults = { prefix: 'anywise', replicas: 1, retentionMs: 604_800_000, maxBytes: -1 };

/** The longest that JetStream keeps anything: nanoseconds in 64 bits, as far as a number is exact. */
const longestMs = 9_007_199_254;

export const streamChecks: OptionChecks<NatsStreamOptions> = {
  prefix: prefixCheck,
  replicas: wholeNumber(1, 5),
  retentionMs: milliseconds(1_000, longestMs),
  maxBytes: wholeNumber(1),
};
