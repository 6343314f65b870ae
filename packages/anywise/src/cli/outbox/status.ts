import type { Action } from '../action.js';
import { countText } from '../count.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';

export const status: Action = {
  name: 'status',
  summary: 'counts the messages that have yet to leave',
  options: [],
  example: 'outbox status --service orders',
  async run({ open }) {
    const { outbox } = await open();
    const { waiting, scheduled, parked, oldestMs } = await outbox.status();
    const oldest = waiting.count === 0 ? '-' : writeDuration(oldestMs);
    const text = table(
      ['WAITING', 'OLDEST', 'SCHEDULED', 'PARKED'],
      [[countText(waiting), oldest, countText(scheduled), countText(parked)]],
    );
    return { exitCode: 0, json: { waiting, scheduled, parked, oldestMs }, text };
  },
};
