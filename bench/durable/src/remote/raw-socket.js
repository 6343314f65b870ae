// The floor for one machine: a socket, and on it a length, a number and JSON for each request and answer.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { replyTo } from './subject.js';

const headBytes = 8;

/** @type {import('./subject.js').RemoteSubject} */
export default {
  async asker(url) {
    const socket = connect(addressOf(url));
    await once(socket, 'connect');
    /** @type {Map<number, (reply: import('./subject.js').Reply) => void>} */
    const waiting = new Map();
    let count = 0;
    readFrames(socket, (ticket, reply) => {
      waiting.get(ticket)?.(/** @type {import('./subject.js').Reply} */ (reply));
      waiting.delete(ticket);
    });
    return {
      ask: (request) =>
        new Promise((resolve) => {
          waiting.set(++count, resolve);
          socket.write(frameOf(count, request));
        }),
      close: async () => socket.destroy(),
    };
  },

  async responder(url) {
    const server = createServer((socket) =>
      readFrames(socket, (ticket, request) => {
        socket.write(frameOf(ticket, replyTo(/** @type {import('./subject.js').Request} */ (request))));
      }),
    );
    server.listen(addressOf(url));
    await once(server, 'listening');
    return { close: async () => server.close() };
  },
};

/**
 * @param {number} ticket
 * @param {unknown} value
 */
function frameOf(ticket, value) {
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(headBytes + bytes);
  frame.writeUInt32BE(bytes, 0);
  frame.writeUInt32BE(ticket, 4);
  frame.write(json, headBytes);
  return frame;
}

/**
 * @param {import('node:net').Socket} socket
 * @param {(ticket: number, value: unknown) => void} hear
 */
function readFrames(socket, hear) {
  let unread = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    let at = 0;
    while (unread.length - at >= headBytes) {
      const end = at + headBytes + unread.readUInt32BE(at);
      if (end > unread.length) break;
      hear(unread.readUInt32BE(at + 4), JSON.parse(unread.toString('utf8', at + headBytes, end)));
      at = end;
    }
    unread = unread.subarray(at);
  });
}

/** @param {string} url */
function addressOf(url) {
  return `${url.slice('sqlite:'.length)}/raw.sock`;
}
