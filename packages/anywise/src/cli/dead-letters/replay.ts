import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { explicitFilterOf, filterOptions } from '../filter.js';

export const replay: Action = {
  name: 'replay',
  summary: 'has dead letters tried again, with all their attempts before them',
  options: [...filterOptions, 'all'],
  notes: 'They are handled as soon as the service runs. What waits for them follows in its order.',
  example: 'dead-letters replay --listener ledger/book-payment --error "answered 503"',
  async run({ options, open }) {
    const filter = explicitFilterOf(options);
    const { deadLetters } = await open();
    const replayed = await deadLetters.replay(filter);
    if (replayed === 0) return { exitCode: 1, json: { replayed }, text: 'There are no such dead letters.' };
    return { exitCode: 0, json: { replayed }, text: `Replayed ${amount(replayed, 'dead letter')}.` };
  },
};
