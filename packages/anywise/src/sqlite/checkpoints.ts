import { startInterval } from '../core/time/timers.js';
import { realpathSync, statSync, type Stats } from 'node:fs';

interface Executes {
  exec(sql: string): void;
}

interface TakesTurns {
  between(work: () => void): Promise<void>;
}

/**
 * How much of the write-ahead log goes back to the file at a time: 16 MB. With SQLite's default of 4 MB, one commit in a
 * hundred waits some milliseconds for the disk, and each message costs a quarter more.
 */
const checkpointPages = 4_000;

/** How long the log may stay when SQLite begins it anew, in bytes. */
const longestLogBytes = 16_777_216;

const lookEveryMs = 5_000;

/** Has SQLite write the log back as it grows. */
export function setCheckpoints(connection: Executes): void {
  connection.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  connection.exec(`PRAGMA journal_size_limit = ${longestLogBytes}`);
}

/**
 * Cuts the log off where one large transaction, or a reader that took long, let it grow, and once writing has stopped:
 * SQLite by itself makes it shorter only with a later commit. Returns how to end that.
 */
export function keepLogShort(path: string, connection: Executes, writer: TakesTurns): () => void {
  // Beside the file itself, where the path is a link.
  const logPath = `${realpathSync(path)}-wal`;
  let seen: number | undefined;
  const timer = startInterval(() => {
    const log = statsOf(logPath);
    if (log === undefined || log.size === 0) return;
    const isIdle = log.mtimeMs === seen;
    seen = log.mtimeMs;
    if (isIdle || log.size > longestLogBytes) void writer.between(() => cutOff(connection)).catch(() => undefined);
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Without effect where another process reads or writes: the next time will do. */
export function cutOff(connection: Executes): void {
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
