import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { explicitFilterOf, filterOptions } from '../filter.js';

export const replay: Action = {
  name: 'replay',
  summary: 'retries dead letters, with all their attempts restored',
  options: [...filterOptions, 'all'],
  notes: 'They are handled as soon as the service runs. Messages that wait for them follow in order.',
  example: 'dead-letters replay --listener ledger/book-payment --error "answered 503"',
  async run({ options, who, open }) {
    const filter = explicitFilterOf(options);
    const { deadLetters } = await open();
    const replayed = await deadLetters.replay(filter, who);
    if (replayed === 0) return { exitCode: 1, json: { replayed }, text: 'No dead letters match.' };
    return { exitCode: 0, json: { replayed }, text: `Replayed ${amount(replayed, 'dead letter')}.` };
  },
};
