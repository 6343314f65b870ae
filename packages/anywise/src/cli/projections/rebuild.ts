import type { Action } from '../action.js';
import { nameIn, projectionsIn, rowsOf } from './choose.js';

export const rebuild: Action = {
  name: 'rebuild',
  summary: 'fills the tables of one again from the first event on, beside those that are read',
  options: ['name', 'version'],
  notes:
    'A running process of the service does it, and switches to the new tables once they have caught up. The name may follow without `--name`.',
  example: 'projections rebuild todos.todo-list',
  async run({ options, who, open }) {
    const name = nameIn(options);
    const projections = projectionsIn(await open());
    const versions = (await rowsOf(projections, name)).map(({ version }) => version);
    const version = options.version ?? Math.max(...versions);
    const generation = await projections.rebuild({ name, version }, who);
    const json = { name, version, generation: generation ?? null };
    if (generation === undefined) return { exitCode: 1, json, text: `\`${name}\` has no version ${version}.` };
    return { exitCode: 0, json, text: `Generation ${generation} of \`${name}\`, version ${version}, is being built.` };
  },
};
