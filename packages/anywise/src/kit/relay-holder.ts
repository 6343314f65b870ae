import type { RelayHolder } from '../core/ports/outbox.js';

/** @param leftMs how long its lease goes on; one that was given back ended long ago. */
export function relayHolder(holder: string, leftMs: number): RelayHolder {
  return { holder, leftMs: Math.max(0, leftMs) };
}
