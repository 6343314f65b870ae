/**
 * Sinks for events: files, webhooks and memory.
 *
 * @module anywise/sinks
 */

export { fileSink, type FileSinkOptions } from './file.js';
export { httpSink, type HttpSinkOptions } from './http.js';
export { memorySink, type MemorySink } from './memory.js';
