import { defaultCountLimit } from '../../core/ports/bounded-count.js';
import type { Action } from '../action.js';
import { countText } from '../count.js';
import { scheduledJson } from '../format-json.js';
import { scheduledTable } from '../format-text.js';

export const list: Action = {
  name: 'list',
  summary: 'lists delayed commands, the next due first',
  options: ['limit'],
  example: 'scheduled list --limit 10',
  async run({ options, terminal, open }) {
    const store = await open();
    const rows = await store.scheduled.list(options.limit);
    const { scheduled: total } = await store.outbox.status(Math.max(defaultCountLimit, 2 * options.limit));
    const json = { total, scheduled: rows.map(scheduledJson) };
    if (rows.length === 0) return { exitCode: 1, json, text: 'Nothing is scheduled.' };
    const isRest = total.count > rows.length || total.isMore;
    const rest = isRest ? `\n${rows.length} of ${countText(total)}. More of them: \`--limit ${total.count}\`.` : '';
    return { exitCode: 0, json, text: `${scheduledTable(rows, terminal.output.columns)}${rest}` };
  },
};
