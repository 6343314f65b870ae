import type { Action } from '../action.js';
import { actionJson } from '../format-json.js';
import { actionTable } from '../format-text.js';
import { Refusal } from '../refusal.js';

export const list: Action = {
  name: 'list',
  summary: 'lists what was done by hand, here and on the dashboard, the newest first',
  options: ['limit', 'before'],
  notes: 'Records are kept for 90 days.',
  example: 'actions list --limit 10',
  async run({ options: { limit, before }, terminal, open }) {
    const { actions } = await open();
    if (actions === undefined) throw new Refusal(1, 'This store keeps no record of what is done by hand.');
    const records = await actions.list({ limit, before });
    const json = { actions: records.map(actionJson) };
    if (records.length === 0) return { exitCode: 1, json, text: 'Nothing was done by hand.' };
    const last = records.at(-1)?.seq;
    const more = records.length < limit ? '' : `\nOlder ones: \`--before ${last}\`.`;
    return { exitCode: 0, json, text: `${actionTable(records, terminal.output.columns)}${more}` };
  },
};
