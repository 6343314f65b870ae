import { AnywiseError } from '../core/errors/errors.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Answer, ServeOptions, Subscription } from '../core/ports/transport.js';
import type { Abortable } from '../core/time/lazy-signal.js';
import { Asker } from './asker.js';
import { Responder } from './responder.js';
import type { SocketFolder } from './socket-folder.js';

/** Requests between the processes that share a database file. They do not touch the file. */
export class Requests {
  readonly #folder: () => Promise<SocketFolder>;
  readonly #maxMessageBytes: number;
  readonly #asker: Asker;
  readonly #responders = new Set<Responder>();
  #isClosed = false;

  /** @param folder makes the file if it is missing, and gives its folder of sockets. */
  constructor(folder: () => Promise<SocketFolder>, maxMessageBytes: number) {
    this.#folder = folder;
    this.#maxMessageBytes = maxMessageBytes;
    this.#asker = new Asker(folder, maxMessageBytes);
  }

  request(request: Envelope, signal: Abortable): Promise<Envelope> {
    return this.#asker.ask(request, signal);
  }

  async serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    if (this.#isClosed) throw new AnywiseError('UNAVAILABLE', 'The transport is closed.');
    const folder = await this.#folder();
    const responder = new Responder({ ...options, answer, folder, maxMessageBytes: this.#maxMessageBytes });
    this.#responders.add(responder);
    try {
      await responder.open();
    } catch (error) {
      this.#responders.delete(responder);
      throw error;
    }
    return {
      close: async () => {
        await responder.close();
        this.#responders.delete(responder);
      },
    };
  }

  /** Answers what is in hand, and fails what waits for an answer. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#responders].map((responder) => responder.close()));
    await this.#asker.close();
  }
}
