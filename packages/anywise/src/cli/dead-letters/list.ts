import type { Action } from '../action.js';
import { letterJson } from '../format-json.js';
import { letterTable } from '../format-text.js';
import { filterOf, filterOptions } from '../filter.js';
import { readPages } from '../pages.js';

export const list: Action = {
  name: 'list',
  summary: 'lists dead letters, the oldest first',
  options: [...filterOptions, 'limit', 'after'],
  example: 'dead-letters list --type payments.payment-created --older-than 10m',
  async run({ options, terminal, open }) {
    const { deadLetters } = await open();
    const filter = filterOf(options);
    const { limit, after } = options;
    // Reads one more than requested, to know whether there are more.
    const page = { limit: limit + 1, after };
    const found = await readPages((most, last) => deadLetters.list(filter, { limit: most, after: last }), page);
    const total = await deadLetters.count(filter);
    const letters = found.slice(0, limit);
    const next = found.length > limit ? (letters.at(-1)?.seq ?? null) : null;
    const json = { total, deadLetters: letters.map(letterJson), next };
    if (letters.length === 0) return { exitCode: 1, json, text: 'No dead letters match.' };
    const lines = letterTable(letters, terminal.output.columns);
    const rest = next === null ? '' : `\n${letters.length} of ${total}. The next ones: \`--after ${next}\`.`;
    return { exitCode: 0, json, text: `${lines}${rest}` };
  },
};
