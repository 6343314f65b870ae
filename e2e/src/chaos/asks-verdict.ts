import { setTimeout as delay } from 'node:timers/promises';
import type { Databases } from '../databases/databases.js';

/** What became of what was asked. */
export interface AsksVerdict {
  /** How often each message ended in each way, such as `keep: TIMEOUT`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** A line for each id that was not handled as its asker was told, or more than once. */
  readonly broken: readonly string[];
}

interface Asked {
  readonly id: string;
  readonly message: string;
  readonly outcome: string;
  readonly row: number | string | null;
}

/** Longer than any ask may take: what is on its way has arrived by then. */
const settledMs = 5_000;

/** Compares what askers were told with what the teller keeps. */
export async function judgeAsks(databases: Databases): Promise<AsksVerdict> {
  await delay(settledMs);
  const asked = await databases.rows<Asked>(
    'asker',
    'SELECT asked_id AS id, message, outcome, kept_row AS row FROM asked',
  );
  const kept = await databases.rows<{ id: string; row: number | string }>(
    'teller',
    'SELECT asked_id AS id, id AS row FROM kept',
  );
  const rows = new Map<string, number[]>();
  for (const { id, row } of kept) rows.set(id, [...(rows.get(id) ?? []), Number(row)]);

  const broken: string[] = [];
  for (const [id, found] of rows) if (found.length > 1) broken.push(`${id} took effect ${found.length} times`);
  for (const { id, outcome, row } of asked.filter(({ message }) => message === 'keep')) {
    const [found] = rows.get(id) ?? [];
    if (outcome === 'reply' && found !== Number(row))
      broken.push(`${id} is in row ${found}, not in ${row} as was replied`);
    if (outcome === 'refused' && found !== undefined) broken.push(`${id} took effect, though it was refused`);
  }
  const outcomes: Record<string, number> = {};
  for (const { message, outcome } of asked) {
    const name = `${message}: ${outcome}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return { outcomes, broken };
}
