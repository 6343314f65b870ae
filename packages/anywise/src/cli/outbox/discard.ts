import type { Action } from '../action.js';
import { confirm, requireConsent } from '../confirm.js';
import { Refusal } from '../refusal.js';

export const discard: Action = {
  name: 'discard',
  summary: 'deletes a parked message for good, so that it is never sent',
  options: ['id', 'yes'],
  notes: 'It asks first. Without a terminal, confirm with `--yes`.',
  example: 'outbox discard --id 0b6f7f0e-3f0c-4c59-9a39-2f6f6a1c2f11',
  async run({ options, terminal, who, open }) {
    const { id, yes } = options;
    if (id === undefined) throw new Refusal(2, 'Name the message with `--id`.');
    requireConsent(options, terminal);
    const { parked } = await open();
    const agreed = yes || (await confirm(`Discard the parked message \`${id}\` for good?`, terminal));
    if (!agreed) throw new Refusal(1, 'Nothing was discarded.');
    const discarded = (await parked.discard(id, who)) ? 1 : 0;
    if (discarded === 0) return { exitCode: 1, json: { discarded }, text: 'No parked message matches.' };
    return { exitCode: 0, json: { discarded }, text: 'Discarded 1 parked message.' };
  },
};
