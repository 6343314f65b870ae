import type { ProjectionFault } from '../../core/ports/projections.js';
import type { Action } from '../action.js';
import { table } from '../table.js';
import { filterIn, projectionsIn } from './choose.js';

export const faults: Action = {
  name: 'faults',
  summary: 'lists the events that could not be taken in, and why',
  options: ['name', 'version', 'stream', 'limit'],
  notes:
    'Those `parked` hold up the later ones of their stream, which are not listed. Those `due` are being retried, and those `skipped` were left out.',
  example: 'projections faults todos.todo-list',
  async run({ options, terminal, open }) {
    const { faults: kept } = projectionsIn(await open());
    const found = await kept.list(filterIn(options), { limit: options.limit });
    const json = { faults: found };
    if (found.length === 0) return { exitCode: 1, json, text: 'Everything was taken in.' };
    const header = ['NAME', 'VERSION', 'GENERATION', 'STATE', 'POSITION', 'STREAM', 'TYPE', 'ERROR'];
    return { exitCode: 0, json, text: table(header, found.map(row), terminal.output.columns) };
  },
};

function row({ name, version, generation, state, position, stream, type, error }: ProjectionFault): string[] {
  return [name, String(version), String(generation), state, String(position), stream, type, error];
}
