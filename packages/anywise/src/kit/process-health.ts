import type { ProcessInfo, ProcessRow } from '../core/ports/processes.js';

/** A process says every minute that it runs. One that has missed two is taken for dead. */
const deadAfterMs = 150_000;

/** Whether a process runs, as far as its store was told. @param now the time by the database's clock. */
export function isAlive({ seenAt }: Pick<ProcessRow, 'seenAt'>, now: number): boolean {
  return now - seenAt < deadAfterMs;
}

/** How a process is doing, as its row has it. */
export interface StoredHealth {
  readonly lag: number | null;
  /** 1 if there is more than `lag`. */
  readonly lagIsMore: number | null;
  readonly clockSkewMs: number | null;
}

type Health = Pick<ProcessInfo, 'lag' | 'clockSkewMs'>;

export function storedHealth({ lag, clockSkewMs }: Health): StoredHealth {
  return {
    lag: lag?.count ?? null,
    lagIsMore: lag === undefined ? null : Number(lag.isMore),
    clockSkewMs: clockSkewMs === undefined ? null : Math.round(clockSkewMs),
  };
}

/** What it does not know is absent. */
export function healthOf({ lag, lagIsMore, clockSkewMs }: StoredHealth): Health {
  return {
    ...(lag !== null && { lag: { count: lag, isMore: lagIsMore === 1 } }),
    ...(clockSkewMs !== null && { clockSkewMs }),
  };
}
