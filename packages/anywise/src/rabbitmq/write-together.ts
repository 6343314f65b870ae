import type { Writable } from 'node:stream';

/**
 * Makes a socket send in one write what is written to it in one turn of the event loop. The client writes each message by
 * itself, and a write costs as much as the rest of a small message, here and in the server.
 */
export function writeTogether(socket: Pick<Writable, 'write' | 'cork' | 'uncork' | 'writableCorked'>): void {
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  socket.write = (...args: readonly unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(...args);
  };
}
