import type { ListenerStatus } from '../../core/ports/inbox.js';
import type { Action } from '../action.js';
import { countText } from '../count.js';
import { writeDuration } from '../duration.js';
import { knownProcesses, lagOf } from '../processes/known.js';
import { table } from '../table.js';

export const status: Action = {
  name: 'status',
  summary: 'counts the messages that each listener has yet to handle',
  options: [],
  notes:
    'A listener with nothing to do is not listed. Behind the table is what waits in the transport, as the processes of the service have said within the last minutes.',
  example: 'inbox status --json',
  async run({ open }) {
    const store = await open();
    const { waiting, running, dead, oldestMs, listeners } = await store.inbox.status();
    const known = lagOf(await knownProcesses(store));
    const rows = [...listeners, { listener: 'all', waiting, running, dead, oldestMs }].map(row);
    const text = table(['LISTENER', 'WAITING', 'OLDEST', 'RUNNING', 'DEAD'], rows);
    const json = { waiting, running, dead, oldestMs, listeners, lag: known?.lag ?? null };
    return { exitCode: 0, json, text: `${text}\n${lagText(known)}` };
  },
};

function row({ listener, waiting, running, dead, oldestMs }: ListenerStatus): string[] {
  const oldest = waiting.count === 0 ? '-' : writeDuration(oldestMs);
  return [listener, countText(waiting), oldest, countText(running), countText(dead)];
}

function lagText(known: ReturnType<typeof lagOf>): string {
  if (known === undefined) return 'No running process has said what waits in the transport.';
  const { lag, seenMs } = known;
  const words = lag.count === 1 && !lag.isMore ? 'message waits' : 'messages wait';
  return `${countText(lag)} ${words} in the transport, as of ${writeDuration(seenMs)} ago.`;
}
