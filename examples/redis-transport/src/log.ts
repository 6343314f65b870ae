import { limits, shortVersionOf, type OptionCheck, type WrittenEnvelope } from 'anywise/kit';
import { bellOf, unavailable, type Connection } from './connection.js';
import * as scripts from './scripts.js';

const batchSize = 500;
/** An instance that gives no sign of life for so long reads no more. */
export const leaseMs = 6_000;

export const prefixCheck: OptionCheck = (value) =>
  typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? undefined : 'up to 64 letters, digits, `.`, `_` and `-`';

/** Who reads: a version of a consumer, known by the types it wants, and the instance. */
export interface ReaderName {
  readonly consumer: string;
  readonly types: readonly string[];
  readonly holder: string;
}

/** An entry of the log. */
export interface Entry {
  readonly id: string;
  /** Empty if it says none. */
  readonly kind: string;
  readonly type: string;
  /** The size of its text, which may be more than what was read of it. */
  readonly bytes: number;
  readonly text: Uint8Array;
}

/** How the log is kept. */
export interface LogOptions {
  readonly prefix: string;
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

/** The stream, and for each service the position up to which it was received. */
export class Log {
  readonly #connection: Connection;
  readonly #options: LogOptions;
  readonly #stream: string;
  readonly #bell: string;

  constructor(connection: Connection, options: LogOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#stream = `${options.prefix}:log`;
    this.#bell = bellOf(options.prefix);
  }

  async check(): Promise<void> {
    await this.#call('PING');
  }

  /** Appends all or nothing. */
  async append(written: readonly WrittenEnvelope[]): Promise<void> {
    const values = written.flatMap(({ envelope: { kind, type }, json }) => [kind, type, json]);
    await this.#run(scripts.append, [this.#stream, this.#bell], [this.#options.retentionMs, ...values]);
  }

  /** Makes a consumer known. A new version begins where the furthest one is; a new service with the oldest message kept. */
  async join({ consumer, types }: ReaderName): Promise<void> {
    const [positions, version] = [this.#positions(consumer), shortVersionOf(types)];
    if ((await this.#call('HEXISTS', positions, version)) === 1) return;
    const known = (await this.#call('HVALS', positions)) as readonly Buffer[];
    await this.#call('HSETNX', positions, version, furthest(known.map(String)));
  }

  /** What comes after the position; or who reads, if it is another instance. */
  async read(name: ReaderName): Promise<{ readonly entries: readonly Entry[]; readonly heldBy?: string }> {
    const { maxMessageBytes } = this.#options;
    const most = [batchSize, limits.batchBytes, maxMessageBytes, limits.keptBytes + 4];
    const found = (await this.#run(
      scripts.read,
      [this.#stream, this.#positions(name.consumer), this.#lease(name)],
      [shortVersionOf(name.types), name.holder, leaseMs, ...most],
    )) as Buffer | readonly (readonly Buffer[])[];
    return Buffer.isBuffer(found) ? { entries: [], heldBy: String(found) } : { entries: found.map(entryOf) };
  }

  /** Notes that everything up to an entry was received. */
  async acknowledge(name: ReaderName, id: string): Promise<void> {
    const keys = [this.#lease(name), this.#positions(name.consumer)];
    await this.#run(scripts.acknowledge, keys, [name.holder, shortVersionOf(name.types), id]);
  }

  async renew(name: ReaderName): Promise<void> {
    await this.#run(scripts.renew, [this.#lease(name)], [name.holder, leaseMs]);
  }

  async release(name: ReaderName): Promise<void> {
    await this.#run(scripts.release, [this.#lease(name), this.#bell], [name.holder]);
  }

  #positions(consumer: string): string {
    return `${this.#options.prefix}:positions:${consumer}`;
  }

  #lease({ consumer, types }: ReaderName): string {
    return `${this.#options.prefix}:reader:${shortVersionOf(types)}:${consumer}`;
  }

  #run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#call('EVAL', script, keys.length, ...keys, ...values);
  }

  /** Runs a command. What it answers are bytes: strangers may write what is not text. */
  async #call(command: string, ...values: readonly (string | number)[]): Promise<unknown> {
    const { redis, place } = this.#connection;
    try {
      return await redis.callBuffer(command, ...values);
    } catch (error) {
      throw unavailable(place, error);
    }
  }
}

function entryOf([id, kind, type, bytes, text]: readonly Buffer[]): Entry {
  return {
    id: String(id),
    kind: String(kind),
    type: String(type),
    bytes: Number(String(bytes)),
    text: text ?? Buffer.alloc(0),
  };
}

/** An entry's id is the time in milliseconds, and a number within it: `1795757000000-0`. */
function furthest(ids: readonly string[]): string {
  const isBefore = (one: string, other: string): boolean => {
    const [time = 0, n = 0] = one.split('-').map(Number);
    const [otherTime = 0, otherN = 0] = other.split('-').map(Number);
    return time < otherTime || (time === otherTime && n < otherN);
  };
  return ids.reduce((most, id) => (isBefore(most, id) ? id : most), '0-0');
}
