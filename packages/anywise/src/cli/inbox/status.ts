import type { ListenerStatus } from '../../core/ports/inbox.js';
import type { Action } from '../action.js';
import { countText } from '../count.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';

export const status: Action = {
  name: 'status',
  summary: 'counts the messages that each listener has yet to handle',
  options: [],
  example: 'inbox status --json',
  async run({ open }) {
    const { inbox } = await open();
    const { waiting, running, dead, oldestMs, listeners } = await inbox.status();
    const rows = [...listeners, { listener: 'all', waiting, running, dead, oldestMs }].map(row);
    const text = table(['LISTENER', 'WAITING', 'OLDEST', 'RUNNING', 'DEAD'], rows);
    return { exitCode: 0, json: { waiting, running, dead, oldestMs, listeners }, text };
  },
};

function row({ listener, waiting, running, dead, oldestMs }: ListenerStatus): string[] {
  const oldest = waiting.count === 0 ? '-' : writeDuration(oldestMs);
  return [listener, countText(waiting), oldest, countText(running), countText(dead)];
}
