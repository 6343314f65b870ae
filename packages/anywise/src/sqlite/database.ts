import type { Connections } from './client.js';
import type { Writer } from './writer.js';

/** An open database file, and its single writer in this process. */
export interface Database {
  readonly connections: Connections;
  readonly writer: Writer;
  /** Ends the work in the background. */
  readonly stop: () => void;
}
