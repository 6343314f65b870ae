import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { Refusal } from '../refusal.js';

export const retry: Action = {
  name: 'retry',
  summary: 'retries parked messages',
  options: ['id', 'all'],
  notes: 'They are sent as soon as the service runs, if the cause is fixed.',
  example: 'outbox retry --all',
  async run({ options: { id, all }, who, open }) {
    if ((id !== undefined) === all) throw new Refusal(2, 'Select messages with either `--id` or `--all`.');
    const { parked } = await open();
    const retried = await parked.retry(id, who);
    if (retried === 0) return { exitCode: 1, json: { retried }, text: 'No parked messages match.' };
    return { exitCode: 0, json: { retried }, text: `${amount(retried, 'parked message')} will be retried.` };
  },
};
