import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sleep } from '../core/time/timers.js';
import { checkOptions, ofType } from '../core/errors/options.js';
import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import { makePrivateFile } from '../kit/private-files.js';
import { closedSink, toEnvelopes, type Sink } from '../core/ports/sink.js';

/** Options of {@link fileSink}. */
export interface FileSinkOptions {
  /**
   * Whether `sink` resolves only once the lines are on disk. That covers power loss too, at the speed of the disk.
   *
   * @defaultValue false: the lines survive the death of every process, but not a crash of the machine
   */
  readonly fsync?: boolean;
}

const lookEveryMs = 10;

/** Lines that wait to be written, and their callers. */
interface Waiting {
  readonly lines: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Creates a sink that appends to a file: JSON lines, one envelope per line. The file and its folder are created at the first
 * event, for this user alone; existing ones keep their permissions.
 *
 * Overlapping calls are combined into one write, in the order of the calls. Several processes may append to one file. If one
 * is killed while it writes, half a line may be left; the next event begins on a new line, so every other line can be read.
 * If two processes repair the same half line at once, they leave an empty line.
 *
 * The file is opened for each write, so it is created again after log rotation has moved it.
 *
 * @throws SetupError (`INVALID_SETUP`) that names the option that cannot be used.
 */
export function fileSink(path: string, options: FileSinkOptions = {}): Sink {
  checkOptions('`fileSink`', options, { fsync: ofType('boolean') });
  const { fsync = false } = options;
  const file = resolve(path);
  const name = `The file sink \`${path}\``;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let isClosed = false;

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await append(file, group.map(({ lines }) => lines).join(''), fsync);
        for (const { resolve } of group) resolve();
      } catch (cause) {
        const error = cannotAppend(name, cause);
        for (const { reject } of group) reject(error);
      }
    }
    writing = undefined;
  };

  return {
    async sink(events, context) {
      if (isClosed) throw closedSink(name);
      context?.signal.throwIfAborted();
      const envelopes = toEnvelopes(events, context);
      if (envelopes.length === 0) return;
      const lines = envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join('');
      await new Promise<void>((resolve, reject) => {
        waiting.push({ lines, resolve, reject });
        writing ??= writeAll();
      });
    },
    async close() {
      isClosed = true;
      await writing;
    },
  };
}

async function append(path: string, lines: string, fsync: boolean): Promise<void> {
  const file = await openToAppend(path);
  try {
    const bytes = Buffer.from((await endsInMidLine(file)) ? `\n${lines}` : lines);
    // One write, because the system only keeps whole writes of several processes apart.
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes could be written`);
    if (fsync) await file.datasync();
  } finally {
    await file.close();
  }
}

/** The file is missing at the first write and after a rotation. */
async function openToAppend(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_APPEND;
  try {
    return await open(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makePrivateFile(path);
    return open(path, flags);
  }
}

/**
 * Whether the last line was left unfinished. Another process may still be writing it, so the end must not change for a
 * while.
 */
async function endsInMidLine(file: FileHandle): Promise<boolean> {
  let before = 0;
  for (let looksAlike = 0; looksAlike < 20;) {
    const { size } = await file.stat();
    if (size === 0) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    if (bytesRead === 1 && buffer[0] === '\n'.charCodeAt(0)) return false;
    looksAlike = size === before ? looksAlike + 1 : 0;
    before = size;
    await sleep(lookEveryMs);
  }
  return true;
}

function cannotAppend(name: string, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNAVAILABLE',
    `${name} could not be written (${errorText(cause)}). Check that the disk has room and that its folder can be written.`,
    { retryable: true, cause },
  );
}
