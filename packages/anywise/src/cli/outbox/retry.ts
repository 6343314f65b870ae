import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { Refusal } from '../refusal.js';

export const retry: Action = {
  name: 'retry',
  summary: 'lets parked messages try to leave again',
  options: ['id', 'all'],
  notes: 'They leave as soon as the service runs, where what kept them is repaired.',
  example: 'outbox retry --all',
  async run({ options: { id, all }, open }) {
    if ((id !== undefined) === all) throw new Refusal(2, 'Say which are meant, with either `--id` or `--all`.');
    const { parked } = await open();
    const retried = await parked.retry(id);
    if (retried === 0) return { exitCode: 1, json: { retried }, text: 'There are no such parked messages.' };
    return { exitCode: 0, json: { retried }, text: `${amount(retried, 'parked message')} may leave again.` };
  },
};
