import { isUtf8 } from 'node:buffer';
import { messageBytesCheck } from '../core/message/limits.js';

/**
 * What two processes say to each other over a socket.
 *
 * - `hello`: the first frame of both sides, see {@link Hello}.
 * - `ask`: a request, with a ticket that the asking side has made.
 * - `answer`: what was answered to the request with that ticket.
 * - `cancel`: the asking side no longer waits for the answer.
 * - `refuse`: the request was certainly not handled; another may take it.
 * - `goodbye`: the answering side takes no more. The asking side ends the connection once it waits for nothing.
 */
const kinds = ['hello', 'ask', 'answer', 'cancel', 'refuse', 'goodbye'] as const;

export type FrameKind = (typeof kinds)[number];

export interface Frame {
  readonly kind: FrameKind;
  /** Tells requests apart: ASCII, at most 255 characters. Empty if it is about none. */
  readonly ticket: string;
  /** JSON, or empty. */
  readonly text: string;
}

const lengthBytes = 4;
/** The kind, and the length of the ticket. */
const headBytes = 2;
const longestTicket = 255;

/** The length of what follows in 4 bytes, then the kind in 1, the ticket with its length in 1, and the text. */
export function writeFrame(kind: FrameKind, ticket = '', text = ''): Buffer {
  const textAt = lengthBytes + headBytes + ticket.length;
  const frame = Buffer.allocUnsafe(textAt + Buffer.byteLength(text));
  frame.writeUInt32BE(frame.length - lengthBytes, 0);
  frame.writeUInt8(kinds.indexOf(kind), lengthBytes);
  frame.writeUInt8(ticket.length, lengthBytes + 1);
  frame.write(ticket, lengthBytes + headBytes, 'latin1');
  frame.write(text, textAt);
  return frame;
}

/** Cuts the bytes of a connection into frames. */
export class FrameReader {
  #longest = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;

  /** @param maxTextBytes how long a text may be. */
  constructor(maxTextBytes: number) {
    this.allow(maxTextBytes);
  }

  /** Whether the last frame is incomplete. */
  get isWaiting(): boolean {
    return this.#bytes > 0;
  }

  /** Allows texts of that length from now on. Never takes back what was allowed. */
  allow(maxTextBytes: number): void {
    this.#longest = Math.max(this.#longest, headBytes + longestTicket + maxTextBytes);
  }

  /** The next frame, if all of it has come. @throws Error that says why the other side cannot be understood. */
  next(): Frame | undefined {
    if (this.#bytes < lengthBytes) return undefined;
    const length = this.#start(lengthBytes).readUInt32BE(0);
    if (length < headBytes || length > this.#longest) {
      throw new Error(`a frame of ${length} bytes; it must have ${headBytes} to ${this.#longest}`);
    }
    const end = lengthBytes + length;
    if (this.#bytes < end) return undefined;
    const frame = this.#start(end);
    this.#bytes -= end;
    if (frame.length === end) this.#chunks.shift();
    else this.#chunks[0] = frame.subarray(end);
    return readFrame(frame.subarray(lengthBytes, end));
  }

  add(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
  }

  /** A buffer that begins with at least so many bytes. What is large is put together once, when all of it has come. */
  #start(bytes: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= bytes) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

function readFrame(bytes: Buffer): Frame {
  const kind = kinds[bytes.readUInt8(0)];
  if (kind === undefined) throw new Error(`a frame of the unknown kind ${bytes.readUInt8(0)}`);
  const textAt = headBytes + bytes.readUInt8(1);
  if (textAt > bytes.length) throw new Error('a frame that is shorter than its ticket');
  const text = bytes.subarray(textAt);
  if (!isUtf8(text)) throw new Error('a frame that is not UTF-8');
  return { kind, ticket: bytes.toString('latin1', headBytes, textAt), text: text.toString('utf8') };
}

/** How each side of a connection begins. */
export interface Hello {
  /** The version of what is said here. */
  readonly protocol: 1;
  /** How large a message this side takes, in bytes. */
  readonly maxMessageBytes: number;
  /** The types that are answered; none on the asking side. */
  readonly types: readonly string[];
}

/** @throws Error that says why the other side cannot be understood. */
export function readHello(text: string): Hello {
  const { protocol, maxMessageBytes, types } = Object(parsed(text)) as Record<keyof Hello, unknown>;
  if (protocol !== 1) throw new Error('a protocol that is not known here');
  const isHello =
    messageBytesCheck(maxMessageBytes) === undefined &&
    Array.isArray(types) &&
    types.every((type): type is string => typeof type === 'string');
  if (!isHello) throw new Error('a greeting that cannot be read');
  return { protocol, maxMessageBytes: maxMessageBytes as number, types };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('a frame that is not JSON');
  }
}
