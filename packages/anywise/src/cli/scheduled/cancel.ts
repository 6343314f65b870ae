import type { Action } from '../action.js';
import { confirm, requireConsent } from '../confirm.js';
import { Refusal } from '../refusal.js';

export const cancel: Action = {
  name: 'cancel',
  summary: 'cancels a delayed command for good, so that it is never handled',
  options: ['id', 'yes'],
  notes: 'It asks first. Without a terminal, confirm with `--yes`.',
  example: 'scheduled cancel --id 0b6f7f0e-3f0c-4c59-9a39-2f6f6a1c2f11',
  async run({ options, terminal, who, open }) {
    const { id, yes } = options;
    if (id === undefined) throw new Refusal(2, 'Name the message with `--id`.');
    requireConsent(options, terminal);
    const store = await open();
    const agreed = yes || (await confirm(`Cancel the delayed command \`${id}\` for good?`, terminal));
    if (!agreed) throw new Refusal(1, 'Nothing was cancelled.');
    const isCancelled = await store.scheduled.cancel(id, who);
    const json = { cancelled: isCancelled ? 1 : 0 };
    if (!isCancelled) return { exitCode: 1, json, text: 'There is no such delayed command. It may be due already.' };
    return { exitCode: 0, json, text: 'Cancelled 1 delayed command.' };
  },
};
