import type { PooledClient } from './client.js';

/**
 * What is queried on this connection in this turn, and in the promises that it settles, leaves in one piece: each piece costs
 * a system call, and wakes the server's process.
 */
export function inOnePiece({ connection }: PooledClient): void {
  const { stream } = connection;
  stream.cork?.();
  process.nextTick(() => stream.uncork?.());
}
