import { createHash } from 'node:crypto';
import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { InboxEntry } from '../ports/inbox.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Logger } from '../ports/logger.js';

export interface TakeInOptions {
  /** Adds all entries or none. */
  readonly add: (entries: readonly InboxEntry[]) => Promise<unknown>;
  /** The name under which the inbox keeps messages that it cannot store unchanged. */
  readonly unreadable: string;
  readonly logger: Logger;
  readonly instruments?: Instruments | undefined;
}

/**
 * Adds entries to the inbox, one by one if they cannot be added together, so that an entry that no store can hold does not
 * block the others: it becomes a dead letter with its text.
 *
 * @throws whatever the store threw, if it cannot be used at all. Some entries may have been added by then.
 */
export async function takeIn(entries: readonly InboxEntry[], options: TakeInOptions): Promise<void> {
  try {
    await options.add(entries);
    tellOfBuried(entries, options);
  } catch (error) {
    if (isOutage(error)) throw error;
    for (const entry of entries) await takeInAlone(entry, options);
  }
}

function tellOfBuried(entries: readonly InboxEntry[], { instruments }: TakeInOptions): void {
  if (instruments?.isActive !== true) return;
  for (const entry of entries) if (entry.error !== undefined) instruments.deliveries.buried(entry);
}

async function takeInAlone(entry: InboxEntry, options: TakeInOptions): Promise<void> {
  try {
    await options.add([entry]);
    tellOfBuried([entry], options);
  } catch (error) {
    if (isOutage(error)) throw error;
    const { listener, id, type } = entry;
    options.logger.error({ listener, id, type, err: error }, 'A message cannot be stored; it becomes a dead letter');
    await bury(entry, error, options);
  }
}

/** As text if the store takes it, otherwise as Base64, which every store takes. */
async function bury(entry: InboxEntry, cause: unknown, options: TakeInOptions): Promise<void> {
  const { add, unreadable } = options;
  const error = `The inbox could not take it for \`${entry.listener}\`: ${errorText(cause)}`;
  // The same text gets the same id, so that a redelivery adds no second dead letter.
  const id = createHash('sha256').update(entry.listener).update(entry.json).digest('hex');
  const letter = { listener: unreadable, source: '', id, type: 'unreadable', key: undefined, error };
  try {
    await add([{ ...letter, json: entry.json }]);
  } catch {
    await add([{ ...letter, json: JSON.stringify({ base64: Buffer.from(entry.json).toString('base64') }) }]);
  }
  tellOfBuried([{ ...entry, error }], options);
}

/** Whether the store as a whole cannot be used, regardless of the entries. */
function isOutage(error: unknown): boolean {
  return AnywiseError.is(error) && error.retryable;
}
