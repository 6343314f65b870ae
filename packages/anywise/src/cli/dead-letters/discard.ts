import type { DeadLetterFilter, DeadLetters } from '../../core/ports/dead-letters.js';
import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { confirm, requireConsent } from '../confirm.js';
import { explicitFilterOf, filterOptions } from '../filter.js';
import { Refusal } from '../refusal.js';
import type { Terminal } from '../terminal.js';

export const discard: Action = {
  name: 'discard',
  summary: 'gives up on dead letters for good; messages behind them continue',
  options: [...filterOptions, 'all', 'yes'],
  notes: 'It asks first. Without a terminal, confirm with `--yes`.',
  example: 'dead-letters discard --type orders.order-placed --older-than 7d --yes',
  async run({ options, terminal, who, open }) {
    const filter = explicitFilterOf(options);
    requireConsent(options, terminal);
    const { deadLetters } = await open();
    const discarded = options.yes
      ? await deadLetters.discard(filter, who)
      : await discardAfterAsking(deadLetters, filter, who, terminal);
    if (discarded === 0) return { exitCode: 1, json: { discarded }, text: 'No dead letters match.' };
    return { exitCode: 0, json: { discarded }, text: `Discarded ${amount(discarded, 'dead letter')}.` };
  },
};

async function discardAfterAsking(deadLetters: DeadLetters, filter: DeadLetterFilter, who: string, terminal: Terminal) {
  const asked = performance.now();
  const count = await deadLetters.count(filter);
  if (count === 0) return 0;
  const agreed = await confirm(`Discard ${amount(count, 'dead letter')} for good?`, terminal);
  if (!agreed) throw new Refusal(1, 'Nothing was discarded.');
  // Messages that failed after the question are not covered by the answer.
  const olderThanMs = (filter.olderThanMs ?? 0) + Math.ceil(performance.now() - asked);
  return deadLetters.discard({ ...filter, olderThanMs }, who);
}
