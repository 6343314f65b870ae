import { startTimer } from '../core/time/timers.js';
import { Socket } from 'node:net';

/** How long the other side of a connection may take to say goodbye as well. */
const goodbyeMs = 1_000;

/**
 * The sockets of one server's connections. The other side of a connection that is silently gone never answers, not even to
 * its end, so nothing here waits for it for ever.
 */
export class Sockets {
  readonly #open = new Set<Socket>();

  /** A socket that is not connected yet. */
  readonly make = (): Socket => {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.once('finish', () => startTimer(() => socket.destroy(), goodbyeMs).unref());
    return socket;
  };

  /** Ends all of them at once. What waits for an answer fails. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
