import type { DeadLetter, DeadLetters } from '../../core/ports/dead-letters.js';
import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { whichOf, type Which } from './which.js';

const pageSize = 500;

export const retry: Action = {
  name: 'retry',
  summary: 'retries the dead letters of a saga, with all their attempts restored',
  options: ['name', 'key'],
  example: 'sagas retry --name orders.fulfilment --key o-1',
  async run({ options, who, open }) {
    const which = whichOf(options);
    const { deadLetters } = await open();
    let retried = 0;
    for (const { id, source, listener } of await lettersOf(deadLetters, which)) {
      retried += await deadLetters.replay({ id, source, listener }, who);
    }
    const json = { retried };
    if (retried === 0) return { exitCode: 1, json, text: 'The saga has no dead letters.' };
    return { exitCode: 0, json, text: `Retried ${amount(retried, 'dead letter')}.` };
  },
};

async function lettersOf(deadLetters: DeadLetters, { name, key }: Which): Promise<readonly DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (let after = 0; ;) {
    const page = await deadLetters.list({ listener: name }, { limit: pageSize, after });
    found.push(...page.filter((letter) => letter.key === key));
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return found;
    after = last.seq;
  }
}
