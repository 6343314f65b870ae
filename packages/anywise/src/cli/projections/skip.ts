import type { Action } from '../action.js';
import { confirm, requireConsent } from '../confirm.js';
import { amount } from '../format-text.js';
import { Refusal } from '../refusal.js';
import { filterIn, nameIn, projectionsIn, rowsOf } from './choose.js';

export const skip: Action = {
  name: 'skip',
  summary: 'leaves parked events out for good, and has those that wait for them taken in',
  options: ['name', 'version', 'stream', 'yes'],
  notes: 'It asks first. Without a terminal, confirm with `--yes`. A rebuild tries them again.',
  example: 'projections skip todos.todo-list --stream todos.todo/t-1',
  async run({ options, terminal, who, open }) {
    const name = nameIn(options);
    requireConsent(options, terminal);
    const projections = projectionsIn(await open());
    await rowsOf(projections, name);
    const { stream, yes } = options;
    const which = stream === undefined ? 'every parked event' : `the parked event of \`${stream}\``;
    const question = `Leave ${which} out of \`${name}\` for good?`;
    if (!yes && !(await confirm(question, terminal))) throw new Refusal(1, 'Nothing was left out.');
    const skipped = await projections.faults.skip(filterIn(options), who);
    const json = { skipped };
    if (skipped === 0) return { exitCode: 1, json, text: 'No parked events match.' };
    return { exitCode: 0, json, text: `Left out ${amount(skipped, 'parked event')}.` };
  },
};
