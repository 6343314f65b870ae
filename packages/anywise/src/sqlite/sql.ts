import { limits } from '../core/message/limits.js';

/** A stored text and its size. Of what is too large to be read it is the beginning. */
export const storedEnvelope = `
  CASE WHEN octet_length(envelope) <= ${limits.largestMessageBytes} THEN envelope
    ELSE substr(envelope, 1, ${limits.keptBytes}) END AS text,
  octet_length(envelope) AS bytes`;

/** The time by the database's clock, in milliseconds. */
export const now = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
