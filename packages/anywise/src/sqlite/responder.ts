import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, ServeOptions } from '../core/ports/transport.js';
import { startTimer } from '../core/time/timers.js';
import { Answering } from '../kit/answering.js';
import { repeatEvery } from '../kit/interval.js';
import { FrameSocket } from './frame-socket.js';
import type { Frame } from './frames.js';
import type { Place, SocketFolder } from './socket-folder.js';

export interface ResponderOptions extends ServeOptions {
  readonly folder: SocketFolder;
  readonly maxMessageBytes: number;
  readonly answer: Answer;
}

/** How often an instance looks whether it can still be found. */
const lookEveryMs = 2_000;
/** How long an asking side may take to end a connection, once it has been told to. */
const goodbyeMs = 1_000;

/** Answers on a socket of its own, until it is closed. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #answering: Answering;
  readonly #connections = new Set<FrameSocket>();
  #listening: Listening | undefined;
  #stopLooking: (() => Promise<void>) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ResponderOptions) {
    const { service, answer, maxMessageBytes, onError } = options;
    this.#options = options;
    this.#answering = new Answering({ service, answer, maxBytes: maxMessageBytes, onError });
  }

  /** Resolves once requests are taken. @throws AnywiseError (`UNAVAILABLE`) that says why they cannot be. */
  async open(): Promise<void> {
    await this.#listen();
    const { onError } = this.#options;
    this.#stopLooking = repeatEvery(() => this.#look(), { everyMs: lookEveryMs, onError });
  }

  /** Takes no more, and resolves when what is in hand is answered. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Ends all connections at once, as when the process dies. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  async #close(): Promise<void> {
    await this.#stopLooking?.();
    await this.#unlisten();
    for (const connection of this.#connections) connection.send('goodbye');
    await this.#answering.close();
    // What is on its way is refused, so that the asking side knows that it was not handled.
    const timeIsUp = startTimer(() => this.cut(), goodbyeMs);
    await Promise.all([...this.#connections].map((connection) => connection.closed));
    clearTimeout(timeIsUp);
  }

  /** Somebody may have deleted the socket, or the whole folder. */
  async #look(): Promise<void> {
    if (this.#listening !== undefined && (await this.#options.folder.has(this.#listening.place))) return;
    await this.#unlisten();
    await this.#listen();
  }

  async #listen(): Promise<void> {
    const { folder, service } = this.#options;
    const place = await folder.take(service);
    const server = createServer((socket) => this.#accept(socket));
    this.#listening = { place, server };
    try {
      await listening(server, place);
      await folder.protect(place);
      if (this.#closing !== undefined) throw new Error('the transport is closed');
    } catch (error) {
      await this.#unlisten();
      throw folder.unavailable(error);
    }
    server.on('error', this.#options.onError);
  }

  /** Those that are connected stay so. */
  async #unlisten(): Promise<void> {
    const { place, server } = this.#listening ?? {};
    this.#listening = undefined;
    if (place !== undefined) await this.#options.folder.leave(place);
    server?.close();
  }

  #accept(socket: Socket): void {
    const { types, maxMessageBytes } = this.#options;
    const connection = new FrameSocket(socket, {
      hello: { types, maxMessageBytes },
      onHello: () => undefined,
      onFrame: (frame) => this.#hear(connection, frame),
      onClose: () => {
        this.#connections.delete(connection);
        this.#answering.lose(connection);
      },
    });
    this.#connections.add(connection);
    connection.expectGreeting();
    if (this.#closing !== undefined) connection.send('goodbye');
  }

  #hear(connection: FrameSocket, { kind, ticket, text }: Frame): void {
    if (kind === 'cancel') this.#answering.cancel(ticket);
    else if (kind === 'ask' && this.#closing !== undefined) connection.send('refuse', ticket);
    else if (kind === 'ask') {
      const reply = (json: string): void => {
        if (connection.isFull) connection.destroy(new Error('what it has asked is not read'));
        else connection.send('answer', ticket, json);
      };
      this.#answering.take({ ticket, text, reply, route: connection });
    }
  }
}

interface Listening {
  readonly place: Place;
  readonly server: Server;
}

function listening(server: Server, { address }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
