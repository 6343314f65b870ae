import type { Action } from '../action.js';
import { Refusal } from '../refusal.js';

export const runNow: Action = {
  name: 'run',
  summary: 'makes a delayed command due now',
  options: ['id'],
  notes: 'It is handled as soon as the service runs.',
  example: 'scheduled run --id 0b6f7f0e-3f0c-4c59-9a39-2f6f6a1c2f11',
  async run({ options: { id }, who, open }) {
    if (id === undefined) throw new Refusal(2, 'Name the message with `--id`.');
    const { scheduled } = await open();
    const isDue = await scheduled.runNow(id, who);
    const json = { due: isDue ? 1 : 0 };
    if (!isDue) return { exitCode: 1, json, text: 'There is no such delayed command. It may be due already.' };
    return { exitCode: 0, json, text: '1 delayed command is due now.' };
  },
};
