import { projectionStatus } from '../../kit/projection-status.js';
import type { ProjectionStatus } from '../../core/ports/bus-status.js';
import type { Action } from '../action.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';

export const list: Action = {
  name: 'list',
  summary: 'lists the versions and generations of each, and how far they are behind',
  options: [],
  notes:
    'BEHIND counts positions of the log. `inline` ones are written with the events, and are never behind; `retired` ones are not read any more. PARKED and SKIPPED count events that could not be taken in, and what waits for them; `projections faults` lists them.',
  example: 'projections list',
  async run({ terminal, open }) {
    const projections = await projectionStatus(await open());
    const json = { projections };
    if (projections.length === 0) return { exitCode: 1, json, text: 'There is no read model.' };
    const header = ['NAME', 'VERSION', 'GENERATION', 'STATE', 'BEHIND', 'OLDEST', 'PARKED', 'SKIPPED', 'ERROR'];
    return { exitCode: 0, json, text: table(header, projections.map(row), terminal.output.columns) };
  },
};

function row(projection: ProjectionStatus): string[] {
  const { name, version, generation, state, behind, oldestMs, parked, skipped, error } = projection;
  const oldest = behind === 0 ? '-' : writeDuration(oldestMs);
  const counts = [behind, oldest, parked, skipped].map(String);
  return [name, String(version), String(generation), state, ...counts, error ?? ''];
}
