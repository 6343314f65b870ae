import type { Action } from '../action.js';
import { countText } from '../count.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';

export const status: Action = {
  name: 'status',
  summary: 'counts the messages that have yet to leave',
  options: [],
  notes: 'RELAY tells whether a process holds the lease to send. It takes one when there is something to send.',
  example: 'outbox status --service orders',
  async run({ open }) {
    const { outbox } = await open();
    const { waiting, scheduled, parked, oldestMs, relay } = await outbox.status();
    const oldest = waiting.count === 0 ? '-' : writeDuration(oldestMs);
    const isHeld = relay !== undefined && relay.leftMs > 0;
    const text = table(
      ['WAITING', 'OLDEST', 'SCHEDULED', 'PARKED', 'RELAY'],
      [[countText(waiting), oldest, countText(scheduled), countText(parked), isHeld ? 'held' : 'none']],
    );
    return { exitCode: 0, json: { waiting, scheduled, parked, oldestMs, relay: relay ?? null }, text };
  },
};
