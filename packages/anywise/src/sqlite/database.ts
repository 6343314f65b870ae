import type { Connections } from './client.js';
import type { Writer } from './writer.js';

/** A database file that is open, and the one writer that it has in this process. */
export interface Database {
  readonly connections: Connections;
  readonly writer: Writer;
}
