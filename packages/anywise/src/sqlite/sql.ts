import { limits } from '../core/message/limits.js';

/** A stored text; of what is too large to be read, the beginning. */
export const storedText = `
  CASE WHEN octet_length(envelope) <= ${limits.largestMessageBytes} THEN envelope
    ELSE substr(envelope, 1, ${limits.keptBytes}) END`;

/** A stored text and its size. */
export const storedEnvelope = `${storedText} AS text, octet_length(envelope) AS bytes`;

/** Of rows with `seq` and `size`, the numbers of the first ones that are no larger together than a batch, at least one. */
export function withinBatch(sized: string): string {
  return `
    SELECT seq FROM (SELECT seq, size, sum(size) OVER (ORDER BY seq) AS total FROM (${sized}))
    WHERE total <= ${limits.batchBytes} OR total = size`;
}

/** The time by the database's clock, in milliseconds. */
export const now = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
