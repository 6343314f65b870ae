import { connect } from 'node:net';
import type { Ask } from '../kit/pending-requests.js';
import { FrameSocket } from './frame-socket.js';
import type { Frame, Hello } from './frames.js';
import type { Place } from './socket-folder.js';

/** A request that was sent to an instance, and may be sent to another one if that refuses it. */
export interface Sent {
  readonly ask: Ask;
  peer: Peer;
}

export interface PeerOptions {
  readonly place: Place;
  readonly maxMessageBytes: number;
  readonly onAnswer: (ticket: string, json: string) => void;
  /** The instance did not take a request, and certainly did not handle it. */
  readonly onRefused: (sent: Sent) => void;
  /** The connection has ended, and with it these waits. Called once. */
  readonly onClose: (lost: Iterable<Sent>, why: Error | undefined) => void;
}

/** The connection to one instance that answers requests. */
export class Peer {
  /** Resolves when its types are known, or it turned out that nothing listens there. */
  readonly greeted: Promise<void>;
  readonly #options: PeerOptions;
  readonly #socket: FrameSocket;
  readonly #sent = new Map<string, Sent>();
  readonly #types = new Set<string>();
  #maxMessageBytes = 0;
  /** Cancelled requests since it was last heard of: a frozen process must not look idle. */
  #unheard = 0;
  #isLeaving = false;

  constructor(options: PeerOptions) {
    const { place, maxMessageBytes, onClose } = options;
    this.#options = options;
    const socket = connect(place.address);
    let greet: () => void = () => undefined;
    this.greeted = new Promise((resolve) => (greet = resolve));
    this.#socket = new FrameSocket(socket, {
      hello: { maxMessageBytes, types: [] },
      onHello: (hello) => {
        this.#know(hello);
        greet();
      },
      onFrame: (frame) => this.#hear(frame),
      onClose: (why) => {
        this.#isLeaving = true;
        greet();
        onClose(this.#sent.values(), why);
      },
    });
  }

  /** How many requests wait for its answers. */
  get size(): number {
    return this.#sent.size + this.#unheard;
  }

  /** How large a request it takes, in bytes. */
  get maxMessageBytes(): number {
    return this.#maxMessageBytes;
  }

  /** Whether its process does not read what it is sent. */
  get isStuck(): boolean {
    return this.#socket.isFull;
  }

  takes(type: string): boolean {
    return !this.#isLeaving && this.#types.has(type);
  }

  send(sent: Sent): void {
    const { ticket, json } = sent.ask;
    sent.peer = this;
    this.#sent.set(ticket, sent);
    this.#socket.send('ask', ticket, json);
  }

  cancel(ticket: string): void {
    if (this.#sent.delete(ticket)) {
      this.#unheard++;
      this.#socket.send('cancel', ticket);
    }
    this.#endIfDone();
  }

  close(): void {
    this.#socket.destroy();
  }

  #know({ types, maxMessageBytes }: Hello): void {
    for (const type of types) this.#types.add(type);
    this.#maxMessageBytes = maxMessageBytes;
  }

  #hear({ kind, ticket, text }: Frame): void {
    this.#unheard = 0;
    if (kind === 'goodbye') this.#isLeaving = true;
    const sent = this.#sent.get(ticket);
    // An answer that no request waits for is late.
    if (sent !== undefined && (kind === 'answer' || kind === 'refuse')) {
      this.#sent.delete(ticket);
      if (kind === 'answer') this.#options.onAnswer(ticket, text);
      else this.#refused(sent);
    }
    this.#endIfDone();
  }

  #refused(sent: Sent): void {
    // It would refuse the next one as well.
    this.#types.delete(sent.ask.request.type);
    this.#options.onRefused(sent);
  }

  #endIfDone(): void {
    if (this.#isLeaving && this.#sent.size === 0) this.#socket.end();
  }
}
