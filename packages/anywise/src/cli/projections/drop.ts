import type { ProjectionRow } from '../../core/ports/projections.js';
import type { Action } from '../action.js';
import { confirm, requireConsent } from '../confirm.js';
import { amount } from '../format-text.js';
import { Refusal } from '../refusal.js';
import { nameIn, projectionsIn, rowsOf } from './choose.js';

/** Processes say every few seconds which versions they have. */
const goneMs = 30_000;

export const drop: Action = {
  name: 'drop',
  summary: 'deletes the tables of one that is no longer read',
  options: ['name', 'version', 'yes'],
  notes:
    'Without `--version` it deletes what rebuilds have left. With it, that version, unless a process has had it in the last 30 s. It asks first. Without a terminal, confirm with `--yes`. What is left is deleted after the retention.',
  example: 'projections drop todos.todo-list --version 1',
  async run({ options, terminal, who, open }) {
    const name = nameIn(options);
    requireConsent(options, terminal);
    const projections = projectionsIn(await open());
    const { version } = options;
    const rows = (await rowsOf(projections, name)).filter((row) => row.state === 'retired' || row.version === version);
    const meant = rows.filter((row) => version === undefined || row.version === version);
    if (meant.length === 0) return { exitCode: 1, json: { dropped: 0 }, text: 'There is nothing to delete.' };
    if (meant.some(isUsed)) {
      throw new Refusal(
        1,
        `A process has version ${version} of \`${name}\`. Stop those that do, and try again in 30 s.`,
      );
    }
    const question = `Delete ${amount(meant.length, 'generation')} of \`${name}\` for good?`;
    if (!options.yes && !(await confirm(question, terminal))) throw new Refusal(1, 'Nothing was deleted.');
    for (const row of meant) await projections.drop(row, who);
    return { exitCode: 0, json: { dropped: meant.length }, text: `Deleted ${amount(meant.length, 'generation')}.` };
  },
};

function isUsed({ state, seenAt }: ProjectionRow): boolean {
  return state !== 'retired' && Date.now() - seenAt < goneMs;
}
