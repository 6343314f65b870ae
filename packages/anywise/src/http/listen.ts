import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { startTimer } from '../core/time/timers.js';
import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions, milliseconds, text, wholeNumber } from '../core/errors/options.js';
import { refuseUnreadable } from './unreadable-request.js';

/** Where {@link listen} listens. */
export interface ListenOptions {
  /** The port; 0 takes any free one. */
  readonly port: number;
  /** The address to listen on. `0.0.0.0` lets other machines in. @defaultValue 127.0.0.1: this machine only */
  readonly host?: string;
}

/** An HTTP server that listens. */
export interface HttpServer extends AsyncDisposable {
  /** Its URL on this machine, such as `http://127.0.0.1:3001`. */
  readonly url: string;
  /** The port it listens on, even if port 0 was requested. */
  readonly port: number;
  /**
   * Stops accepting requests, lets pending ones finish, and resolves when every connection is closed. Later calls wait for
   * the same promise.
   *
   * @param options.timeoutMs requests still pending after this many milliseconds are cut off. @defaultValue 10_000
   * @throws SetupError when it is out of range.
   */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
}

/**
 * Starts an HTTP server for an app, and resolves once it accepts requests.
 *
 * @throws SetupError that names every option that is out of range.
 * @throws AnywiseError (`UNAVAILABLE`) when the port is taken or not allowed.
 */
export async function listen(app: RequestListener, options: ListenOptions): Promise<HttpServer> {
  checkOptions('`listen()`', options, { port: wholeNumber(0, 65_535), host: text() }, ['port']);
  const server = createServer();
  server.on('clientError', refuseUnreadable);
  const drain = prepareDrain(server);
  server.on('request', app);
  const { address, port } = await bind(server, options);

  let closed: Promise<void> | undefined;
  const close: HttpServer['close'] = async (closeOptions = {}) => {
    checkOptions('`close()`', closeOptions, { timeoutMs: milliseconds(0) });
    await (closed ??= drain(closeOptions.timeoutMs ?? 10_000));
  };
  return { url: `http://${reachable(address)}:${port}`, port, close, [Symbol.asyncDispose]: () => close() };
}

function bind(server: Server, { port, host = '127.0.0.1' }: ListenOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(bindError(error, port));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      // Only a server on a pipe has a string as its address.
      resolve(server.address() as AddressInfo);
    });
  });
}

function bindError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new AnywiseError('UNAVAILABLE', `port ${port} is taken: stop what listens there, or set another port`, {
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new AnywiseError('UNAVAILABLE', `port ${port} is not allowed for this user: set one above 1023`, {
      cause: error,
    });
  }
  return error;
}

function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}

/**
 * Tracks the connections of a server, and returns a function that closes it. Node itself leaves connections open that have
 * not sent a request yet, or that become idle after the close began.
 */
function prepareDrain(server: Server): (timeoutMs: number) => Promise<void> {
  const sockets = new Set<Socket>();
  const underWay = new Set<ServerResponse>();
  let draining = false;

  const endIdle = () => {
    const busy = new Set([...underWay].map((response) => response.req.socket));
    for (const socket of sockets) if (!busy.has(socket)) socket.destroySoon();
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (_request, response: ServerResponse) => {
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      if (draining) endIdle();
    });
  });

  return async (timeoutMs) => {
    draining = true;
    for (const response of underWay) if (!response.headersSent) response.setHeader('connection', 'close');
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    endIdle();
    const timer = startTimer(() => {
      for (const socket of sockets) socket.destroy();
    }, timeoutMs);
    await closed;
    clearTimeout(timer);
  };
}
