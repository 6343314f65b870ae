import type { Socket } from 'node:net';
import { limits } from '../core/message/limits.js';
import { startTimer } from '../core/time/timers.js';
import { FrameReader, readHello, writeFrame, type Frame, type FrameKind, type Hello } from './frames.js';

export interface FrameSocketOptions {
  /** What this side says of itself. */
  readonly hello: Omit<Hello, 'protocol'>;
  /** The other side has said of itself. Before that no frame is handed over. */
  readonly onHello: (hello: Hello) => void;
  /** What it throws ends the connection. */
  readonly onFrame: (frame: Frame) => void;
  /** Called once, at the end. @param why what the other side did that cannot be understood, if it did. */
  readonly onClose: (why: Error | undefined) => void;
}

/** How long the other side may take for the rest of a frame, and for its greeting. */
export const frameMs = 10_000;
/** How many bytes may wait for a process that does not read. */
export const unreadBytes: number = limits.inHandBytes;

/** One side of a connection. Whatever the other one sends, at worst this connection ends. */
export class FrameSocket {
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #options: FrameSocketOptions;
  readonly #reader: FrameReader;
  /** Ends the connection if nothing more comes. */
  #late: NodeJS.Timeout | undefined;
  #isGreeted = false;
  /** What is sent in this turn of the event loop. */
  #sending: Buffer[] = [];
  #sendingBytes = 0;
  #why: Error | undefined;

  /** @param socket may not be connected yet. */
  constructor(socket: Socket, options: FrameSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    // A greeting lists types, and may be larger than a message.
    this.#reader = new FrameReader(Math.max(options.hello.maxMessageBytes, limits.messageBytes));
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', (error) => (this.#why ??= error));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        clearTimeout(this.#late);
        options.onClose(this.#why);
        resolve();
      });
    });
    this.send('hello', '', JSON.stringify({ protocol: 1, ...options.hello }));
  }

  /** Whether a process that does not read has so much to read that nothing more should be sent. */
  get isFull(): boolean {
    return this.#socket.writableLength + this.#sendingBytes > unreadBytes;
  }

  /** Has no effect once the connection has ended. What is sent in one turn of the event loop goes together. */
  send(kind: FrameKind, ticket?: string, text?: string): void {
    if (!this.#socket.writable) return;
    const frame = writeFrame(kind, ticket, text);
    this.#sendingBytes += frame.length;
    if (this.#sending.push(frame) === 1) process.nextTick(() => this.#flush());
  }

  /** Ends the connection if the other side does not greet soon. */
  expectGreeting(): void {
    if (!this.#isGreeted) this.#expectMore();
  }

  /** Sends no more. The connection ends when the other side does the same. */
  end(): void {
    this.#flush();
    this.#socket.end();
  }

  /** Ends the connection at once. */
  destroy(why?: Error): void {
    this.#why ??= why;
    this.#socket.destroy();
  }

  /** One buffer, because the socket takes as long for each as to copy it. */
  #flush(): void {
    const frames = this.#sending;
    const [first] = frames;
    if (first === undefined) return;
    this.#sending = [];
    const bytes = frames.length === 1 ? first : Buffer.concat(frames, this.#sendingBytes);
    this.#sendingBytes = 0;
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  #read(bytes: Buffer): void {
    try {
      this.#reader.add(bytes);
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        this.#expectNothing();
        this.#hand(frame);
      }
    } catch (error) {
      this.destroy(error as Error);
      return;
    }
    if (this.#reader.isWaiting) this.#expectMore();
  }

  #hand(frame: Frame): void {
    if (this.#isGreeted) {
      if (!this.#socket.destroyed) this.#options.onFrame(frame);
      return;
    }
    if (frame.kind !== 'hello') throw new Error('no greeting');
    const hello = readHello(frame.text);
    this.#isGreeted = true;
    // The other side says of what it sends by itself that it is too large.
    this.#reader.allow(hello.maxMessageBytes);
    this.#options.onHello(hello);
  }

  /** The rest of a frame is not due later with each byte of it. */
  #expectMore(): void {
    this.#late ??= startTimer(() => this.destroy(new Error('half a frame')), frameMs).unref();
  }

  #expectNothing(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
  }
}
