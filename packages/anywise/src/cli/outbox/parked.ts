import { defaultCountLimit } from '../../core/ports/bounded-count.js';
import type { Action } from '../action.js';
import { countText } from '../count.js';
import { parkedJson } from '../format-json.js';
import { parkedTable } from '../format-text.js';
import { readPages } from '../pages.js';

export const parked: Action = {
  name: 'parked',
  summary: 'lists messages that could not be sent, the oldest first',
  options: ['limit'],
  example: 'outbox parked --json',
  async run({ options, terminal, open }) {
    const store = await open();
    const rows = await readPages((limit, after) => store.parked.list(limit, after), { limit: options.limit });
    const { parked: total } = await store.outbox.status(Math.max(defaultCountLimit, 2 * options.limit));
    const json = { total, parked: rows.map(parkedJson) };
    if (rows.length === 0) return { exitCode: 1, json, text: 'Nothing is parked.' };
    const isRest = total.count > rows.length || total.isMore;
    const rest = isRest ? `\n${rows.length} of ${countText(total)}. More of them: \`--limit ${total.count}\`.` : '';
    return { exitCode: 0, json, text: `${parkedTable(rows, terminal.output.columns)}${rest}` };
  },
};
