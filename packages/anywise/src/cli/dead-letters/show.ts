import type { Action } from '../action.js';
import { letterJson } from '../format-json.js';
import { letterText } from '../format-text.js';
import { filterOf, filterOptions } from '../filter.js';
import { readPages } from '../pages.js';

export const show: Action = {
  name: 'show',
  summary: 'shows dead letters in full: data, error, and what waits for them',
  options: [...filterOptions, 'limit', 'after'],
  example: 'dead-letters show --id 0b6f7f0e-3f0c-4c59-9a39-2f6f6a1c2f11',
  async run({ options, open }) {
    const { deadLetters } = await open();
    const filter = filterOf(options);
    const letters = await readPages((limit, after) => deadLetters.list(filter, { limit, after }), options);
    const json = { deadLetters: letters.map(letterJson) };
    if (letters.length === 0) return { exitCode: 1, json, text: 'No dead letters match.' };
    return { exitCode: 0, json, text: letters.map(letterText).join('\n\n') };
  },
};
