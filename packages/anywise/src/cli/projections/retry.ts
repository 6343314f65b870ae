import type { Action } from '../action.js';
import { amount } from '../format-text.js';
import { filterIn, nameIn, projectionsIn, rowsOf } from './choose.js';

export const retry: Action = {
  name: 'retry',
  summary: 'has parked events tried again, and then those that wait for them',
  options: ['name', 'version', 'stream'],
  notes:
    'Correct the cause first. A running process of the service takes them in, in their order; one that fails again stays parked.',
  example: 'projections retry todos.todo-list --stream todos.todo/t-1',
  async run({ options, who, open }) {
    const name = nameIn(options);
    const projections = projectionsIn(await open());
    await rowsOf(projections, name);
    const retried = await projections.faults.retry(filterIn(options), who);
    const json = { retried };
    if (retried === 0) return { exitCode: 1, json, text: 'No parked events match.' };
    return { exitCode: 0, json, text: `${amount(retried, 'parked event')} will be retried.` };
  },
};
