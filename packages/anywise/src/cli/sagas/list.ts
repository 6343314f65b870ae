import type { SagaRow } from '../../core/ports/sagas.js';
import type { Action } from '../action.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';
import { sagaJson } from './saga-json.js';
import { sagasOf, statusOf } from './which.js';

export const list: Action = {
  name: 'list',
  summary: 'lists sagas, those that changed last first',
  options: ['name', 'status', 'limit'],
  notes: 'Those that ended are kept for the retention.',
  example: 'sagas list --status running',
  async run({ options, terminal, open }) {
    const filter = { name: options.name, status: statusOf(options) };
    const rows = await sagasOf(await open()).list(filter, { limit: options.limit });
    const json = { sagas: rows.map(sagaJson) };
    if (rows.length === 0) return { exitCode: 1, json, text: 'No sagas match.' };
    const more = rows.length < options.limit ? '' : `\nThere may be more: \`--limit ${options.limit * 2}\`.`;
    return { exitCode: 0, json, text: `${sagaTable(rows, terminal.output.columns)}${more}` };
  },
};

function sagaTable(rows: readonly SagaRow[], width: number | undefined): string {
  const now = Date.now();
  const cells = rows.map(({ name, key, status, revision, changedAt, timeouts, state }) => [
    writeDuration(Math.max(0, now - changedAt)),
    name,
    key,
    status,
    String(revision),
    Object.keys(timeouts).join(', ') || 'no time',
    state ?? 'none',
  ]);
  return table(['CHANGED', 'NAME', 'KEY', 'STATUS', 'STEPS', 'WAITS FOR', 'STATE'], cells, width);
}
