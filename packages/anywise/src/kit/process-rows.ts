import type { ProcessInfo, ProcessRow } from '../core/ports/processes.js';
import { healthOf, storedHealth, type StoredHealth } from './process-health.js';

/** The statements of the processes of a store in SQL. */
export interface ProcessSql {
  /** Takes {@link processValues}, and gives `seenAt`. */
  readonly seen: string;
  /** Removes the one of a holder. */
  readonly left: string;
  /** Up to so many, those seen last first. */
  readonly list: string;
}

export interface ProcessDialect {
  /** The name of the table, quoted. */
  readonly table: string;
  /** The place of a value, from 1 on. */
  readonly value: (n: number) => string;
  /** The time, in milliseconds since 1970. */
  readonly now: string;
  /** Has texts compared by their bytes, where that is not so by itself. */
  readonly byBytes: string;
}

const columns = 'holder, service, version, host, pid, concurrency, description, lag, lag_is_more, clock_skew_ms';

export function processSql({ table, value, now, byBytes }: ProcessDialect): ProcessSql {
  const values = columns.split(', ').map((_, index) => value(index + 1));
  return {
    seen: `
      INSERT INTO ${table} (${columns}, started_at, seen_at) VALUES (${values.join(', ')}, ${now}, ${now})
      ON CONFLICT (holder) DO UPDATE SET seen_at = excluded.seen_at, description = excluded.description,
        lag = excluded.lag, lag_is_more = excluded.lag_is_more, clock_skew_ms = excluded.clock_skew_ms
      RETURNING seen_at AS "seenAt"`,
    left: `DELETE FROM ${table} WHERE holder = ${value(1)}`,
    list: `
      SELECT holder, service, version, host, pid, concurrency, description, lag, lag_is_more AS "lagIsMore",
        clock_skew_ms AS "clockSkewMs", started_at AS "startedAt", seen_at AS "seenAt"
      FROM ${table} ORDER BY seen_at DESC, holder ${byBytes} LIMIT ${value(1)}`,
  };
}

/** What a row has of a process, in the order of its columns. */
export function processValues(process: ProcessInfo): readonly (string | number | null)[] {
  const { holder, service, version, host, pid, concurrency, description } = process;
  const { lag, lagIsMore, clockSkewMs } = storedHealth(process);
  const wiring = JSON.stringify(description);
  return [holder, service, version ?? null, host, pid, concurrency, wiring, lag, lagIsMore, clockSkewMs];
}

export interface StoredProcess extends Omit<ProcessRow, 'version' | 'lag' | 'clockSkewMs'>, StoredHealth {
  readonly version: string | null;
}

export function processIn({ version, lag, lagIsMore, clockSkewMs, ...row }: StoredProcess): ProcessRow {
  return {
    ...row,
    version: version ?? undefined,
    ...healthOf({ lag, lagIsMore, clockSkewMs }),
  };
}
