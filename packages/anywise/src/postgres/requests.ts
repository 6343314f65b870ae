import { AnywiseError } from '../core/errors/errors.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Answer, ServeOptions, Subscription } from '../core/ports/transport.js';
import type { Abortable } from '../core/time/lazy-signal.js';
import { Asker, type RequestRows } from './asker.js';
import { Responder } from './responder.js';

/** Requests and their answers, as rows that do not outlive a crash of the server. */
export class Requests {
  readonly #connect: () => Promise<RequestRows>;
  readonly #maxBytes: number;
  readonly #asker: Asker;
  readonly #responders = new Set<Responder>();
  #isClosed = false;

  constructor(connect: () => Promise<RequestRows>, maxBytes: number) {
    this.#connect = connect;
    this.#maxBytes = maxBytes;
    this.#asker = new Asker(connect, maxBytes);
  }

  request(request: Envelope, signal: Abortable): Promise<Envelope> {
    return this.#asker.ask(request, signal);
  }

  async serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    const assertOpen = (): void => {
      if (this.#isClosed) throw new AnywiseError('UNAVAILABLE', 'The transport is closed.');
    };
    assertOpen();
    const rows = await this.#connect();
    assertOpen();
    const responder = new Responder(rows, { ...options, answer, maxBytes: this.#maxBytes });
    this.#responders.add(responder);
    const close = async (): Promise<void> => {
      await responder.close();
      this.#responders.delete(responder);
    };
    try {
      await responder.open();
    } catch (error) {
      await close();
      throw error;
    }
    return { close };
  }

  /** Looks at once for requests and answers, however long the database was away. */
  wake(): void {
    this.#asker.wake();
    for (const responder of this.#responders) responder.wake();
  }

  /** Answers what is in hand, and fails what waits for an answer. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#responders].map((responder) => responder.close()));
    await this.#asker.close();
  }
}
