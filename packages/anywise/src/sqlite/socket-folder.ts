import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, realpathSync } from 'node:fs';
import { access, chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import { holderName, isDeadHolder } from '../kit/lease-holder.js';
import { makePrivateFolder } from '../kit/private-files.js';

/** An instance that answers requests, or did. */
export interface Place {
  /** What its files are called. */
  readonly name: string;
  /** Where it listens: a Unix socket, or a named pipe on Windows. */
  readonly address: string;
}

/** The longest path of a socket, in bytes: macOS takes 103, Linux 107. */
const longestPath = 100;
const longestService = 16;
const nonceBytes = 4;
const endings = { holder: '.holder', socket: '.sock' };
const longestName = longestService + 1 + nonceBytes * 2 + endings.socket.length;

/** After how long a socket without a listener counts as left behind, if its process is not known to be dead. */
const leftBehindMs = 60_000;

/**
 * Where the processes that share a database file find each other: for each instance that answers, a file that says which
 * process it is, and its socket. The names are random, so that no process takes what belongs to another.
 */
export class SocketFolder {
  readonly #path: string;
  readonly #isTemporary: boolean;

  /** @param database the path of the database, which exists. */
  constructor(database: string) {
    const beside = `${realpathSync(database)}-ask`;
    this.#isTemporary = Buffer.byteLength(join(beside, 'x'.repeat(longestName))) > longestPath;
    this.#path = this.#isTemporary ? temporary(beside) : beside;
  }

  /** Makes a place for an instance. @throws AnywiseError (`UNAVAILABLE`) that names the folder and says why not. */
  async take(service: string): Promise<Place> {
    try {
      makePrivateFolder(this.#path);
      if (this.#isTemporary) assertOwn(this.#path);
      const nonce = randomBytes(nonceBytes).toString('hex');
      const place = this.#placeOf(`${fileName(service)}.${nonce}`);
      if (process.platform !== 'win32' && Buffer.byteLength(place.address) > longestPath) throw tooLong(place.address);
      await writeFile(this.#fileOf(place), holderName(nonce), { flag: 'wx', mode: 0o600 });
      return place;
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /** Keeps others off a socket that has just been made. */
  async protect({ address }: Place): Promise<void> {
    if (process.platform !== 'win32') await chmod(address, 0o600);
  }

  /** All places, in any order. @throws AnywiseError (`UNAVAILABLE`) that names the folder and says why not. */
  async list(): Promise<readonly Place[]> {
    try {
      if (this.#isTemporary) assertOwn(this.#path);
      const files = await readdir(this.#path);
      const names = files.filter((file) => file.endsWith(endings.holder));
      return names.map((file) => this.#placeOf(file.slice(0, -endings.holder.length)));
    } catch (error) {
      if (isMissing(error)) return [];
      throw this.unavailable(error);
    }
  }

  /** Whether a place can still be found. */
  async has(place: Place): Promise<boolean> {
    const files = process.platform === 'win32' ? [this.#fileOf(place)] : [this.#fileOf(place), place.address];
    const found = await Promise.all(files.map((file) => access(file).then(always, never)));
    return !found.includes(false);
  }

  /** Gives up one's own place. */
  async leave(place: Place): Promise<void> {
    await rm(this.#fileOf(place), { force: true }).catch(() => undefined);
    if (process.platform !== 'win32') await rm(place.address, { force: true }).catch(() => undefined);
  }

  /** Removes what a process has left behind, where nothing listened a moment ago. One that may be alive is left alone. */
  async clean(place: Place): Promise<void> {
    const file = this.#fileOf(place);
    const [holder, since] = await Promise.all([
      readFile(file, 'utf8').catch(() => ''),
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      ),
    ]);
    if (since === undefined) return;
    if (isDeadHolder(holder) || Date.now() - since > leftBehindMs) await this.leave(place);
  }

  unavailable(cause: unknown): AnywiseError {
    return new AnywiseError(
      'UNAVAILABLE',
      `The folder \`${this.#path}\`, in which services find each other, cannot be used (${errorText(cause)}). Requests need a folder that this user can write.`,
      { cause, retryable: true },
    );
  }

  #placeOf(name: string): Place {
    if (process.platform !== 'win32') return { name, address: join(this.#path, `${name}${endings.socket}`) };
    return { name, address: `\\\\.\\pipe\\anywise-${hashOf(this.#path)}-${name}` };
  }

  #fileOf({ name }: Place): string {
    return join(this.#path, `${name}${endings.holder}`);
  }
}

const always = (): boolean => true;
const never = (): boolean => false;

export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A folder for a database whose own is too far down. Others may write where it is made. */
function temporary(beside: string): string {
  const owner = process.getuid?.() ?? '';
  return join(realpathSync(tmpdir()), `anywise-${hashOf(`${owner}|${beside}`)}`);
}

/** @throws Error if another user made the folder, and could read and answer our requests there. */
function assertOwn(path: string): void {
  const found = lstatSync(path);
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  const isPrivate = process.platform === 'win32' || (found.mode & 0o077) === 0;
  if (found.isDirectory() && isOwn && isPrivate) return;
  throw new Error('another user can enter it; remove it');
}

function tooLong(path: string): Error {
  return new Error(
    `the path \`${path}\` has ${Buffer.byteLength(path)} bytes, and that of a socket at most ${longestPath}; move the database, or set \`TMPDIR\` to a shorter path`,
  );
}

function fileName(service: string): string {
  return service.replaceAll(/[^a-z\d_-]/gi, '-').slice(0, longestService);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
