import type { NatsConnection, ServerInfo } from '@nats-io/transport-node';
import { AnywiseError } from '../core/errors/errors.js';
import { text, type OptionChecks } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';
import { isUntrusted, placesOf, serversCheck, tlsCheck } from '../kit/servers.js';
import { endsWithin } from '../kit/wait.js';
import { Opened } from '../kit/opened.js';

/** How to reach NATS. */
export interface NatsConnectionOptions {
  /** `host:port`, or several of one cluster. @defaultValue `127.0.0.1:4222` */
  readonly servers?: string | readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** The text of a credentials file, as `nsc generate creds` writes it. */
  readonly credentials?: string;
  /** Options of Node's TLS, such as `ca`; `true` for the defaults. @defaultValue what the server asks for */
  readonly tls?: true | object;
}

export const connectionChecks: OptionChecks<NatsConnectionOptions> = {
  servers: serversCheck,
  user: text(),
  password: text(),
  token: text(),
  credentials: text(),
  tls: tlsCheck,
};

export type Driver = typeof import('@nats-io/transport-node') & typeof import('@nats-io/jetstream');

/** @throws AnywiseError (`UNAVAILABLE`) if the packages are not installed. */
export async function loadDriver(): Promise<Driver> {
  try {
    return { ...(await import('@nats-io/transport-node')), ...(await import('@nats-io/jetstream')) };
  } catch (cause) {
    throw new AnywiseError(
      'UNAVAILABLE',
      'NATS needs the packages `@nats-io/transport-node` and `@nats-io/jetstream`, which are not installed. Install them.',
      { cause },
    );
  }
}

const connectMs = 10_000;
const lastFlushMs = 1_000;
/** A connection that is silently gone is noticed after two of them. */
const pingEveryMs = 5_000;

/**
 * A connection that is made when it is needed, and made anew after it was lost. The client never reconnects by itself: it
 * would send what is still waiting over the new connection, behind messages that were already confirmed there.
 */
export class Link {
  readonly #options: NatsConnectionOptions;
  readonly #name: string;
  readonly #places: readonly string[];
  readonly #opened = new Opened({
    open: (lost) => this.#open(lost),
    close: (connection: NatsConnection) => connection.close(),
  });
  #closed = false;

  /** @param name how the server lists the connection. */
  constructor(options: NatsConnectionOptions, name: string) {
    this.#options = options;
    this.#name = name;
    this.#places = placesOf(options.servers ?? '127.0.0.1:4222');
  }

  /** Where it leads, without credentials. */
  get place(): string {
    return this.#places.join(', ');
  }

  /** The connection that is there now, if one is. */
  get current(): NatsConnection | undefined {
    return this.#closed ? undefined : this.#opened.current;
  }

  /** @throws AnywiseError (`UNAVAILABLE`) that says why there is no connection. */
  get(): Promise<NatsConnection> {
    if (this.#closed) return Promise.reject(new AnywiseError('UNAVAILABLE', 'The transport is closed.'));
    return this.#opened.get();
  }

  /** Ends the connection. One that is still being made ends by itself, which may take a while where nothing answers. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const { current } = this.#opened;
    // What was published last leaves before the connection ends.
    if (current !== undefined && !current.isClosed())
      await endsWithin(
        lastFlushMs,
        flush(current).catch(() => undefined),
      );
    const closed = this.#opened.close();
    if (current !== undefined) await closed;
  }

  async #open(lost: () => void): Promise<NatsConnection> {
    const { connect, credsAuthenticator } = await loadDriver();
    const { user, password, token, credentials, tls } = this.#options;
    try {
      const connection = await connect({
        name: this.#name,
        servers: [...this.#places],
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { pass: password }),
        ...(token === undefined ? {} : { token }),
        ...(credentials === undefined ? {} : { authenticator: authenticatorFrom(credentials, credsAuthenticator) }),
        ...(tls === undefined ? {} : { tls: tls === true ? {} : tls }),
        reconnect: false,
        // They would make two errors for each message, in case it fails.
        noAsyncTraces: true,
        timeout: connectMs,
        pingInterval: pingEveryMs,
        maxPingOut: 2,
      });
      void connection.closed().then(lost);
      return connection;
    } catch (error) {
      throw refusedOrAway(this.place, error);
    }
  }
}

/** @throws AnywiseError (`UNAVAILABLE`) if the text is not that of a credentials file: the client would find out too late. */
function authenticatorFrom(text: string, make: Driver['credsAuthenticator']): ReturnType<Driver['credsAuthenticator']> {
  const authenticator = make(new TextEncoder().encode(text));
  try {
    authenticator('a nonce');
  } catch (cause) {
    throw new AnywiseError(
      'UNAVAILABLE',
      `The option \`credentials\` of NATS cannot be used (${errorText(cause)}). Pass the text of the file that \`nsc generate creds\` writes.`,
      { cause, retryable: false },
    );
  }
  return authenticator;
}

/** Sends everything, and resolves when the server has read it. The client's own waits for ever if the connection is lost. */
export async function flush(connection: NatsConnection): Promise<void> {
  const lost = connection.closed().then((reason) => {
    throw reason instanceof Error ? reason : new Error('the connection was lost');
  });
  await Promise.race([connection.flush(), lost]);
}

/** Why NATS cannot be used now. */
export function unavailable(place: string, cause: unknown): AnywiseError {
  return AnywiseError.is(cause) ? cause : unusable(place, cause, true);
}

/** Why NATS cannot be used at all: waiting helps where it is away, but not where it refuses this user or lacks JetStream. */
export function refusedOrAway(place: string, cause: unknown, server?: ServerInfo): AnywiseError {
  return AnywiseError.is(cause) ? cause : unusable(place, cause, !isRefusal(cause, server));
}

function unusable(place: string, cause: unknown, retryable: boolean): AnywiseError {
  const text = `NATS at \`${place}\` cannot be used: ${adviceOn(cause)}`;
  return new AnywiseError('UNAVAILABLE', text, { cause, retryable });
}

const refusals = new Set(['AuthorizationError', 'PermissionViolationError', 'UserAuthenticationExpiredError']);

function isRefusal(error: unknown, server: ServerInfo | undefined): boolean {
  const { name = '', cause } = (error ?? {}) as { readonly name?: string; readonly cause?: unknown };
  if (refusals.has(name) || isUntrusted(error)) return true;
  // A cluster that has no leader says the same as a server, or an account, that has no JetStream.
  if (name === 'JetStreamNotEnabled') return server?.jetstream !== true || apiCodeOf(cause ?? {}) === notForAccount;
  return cause !== undefined && isRefusal(cause, server);
}

const notForAccount = 10_039;

/** What an error of the client means, and what to do. Some of its names are misleading. */
function adviceOn(error: unknown): string {
  const { name } = error as { readonly name?: unknown };
  const text = errorText(error);
  if (name === 'AuthorizationError')
    return 'it refuses the credentials. Check user, password, token or credentials file.';
  if (name === 'PermissionViolationError') return `the user lacks a permission (${text}). Allow it on the server.`;
  if (name === 'JetStreamNotEnabled')
    return 'JetStream is not enabled, or no stream has the subject. Start it with `-js`.';
  if (name === 'TimeoutError') return 'it does not answer in time.';
  if (apiCodeOf(error) === 10_077)
    return `the stream is full (${text}). Raise \`maxBytes\`, or the limits of the account.`;
  return `${text === '' ? 'no reason was given' : text}. Check that it runs and can be reached.`;
}

/** The code of an answer of JetStream: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
export function apiCodeOf(error: unknown): number | undefined {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return typeof code === 'number' &&
    typeof name === 'string' &&
    /^(?:JetStreamApi|StreamNotFound|ConsumerNotFound)/.test(name)
    ? code
    : undefined;
}
