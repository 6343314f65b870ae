import type { SagaDetail, SagaStepRow } from '../../core/ports/sagas.js';
import type { Action } from '../action.js';
import { writeDuration } from '../duration.js';
import { table } from '../table.js';
import { visible } from '../visible.js';
import { detailJson } from './saga-json.js';
import { noSuchSaga, sagasOf, whichOf } from './which.js';

export const show: Action = {
  name: 'show',
  summary: 'shows a saga in full: its state, what it waits for, and each step with what it caused',
  options: ['name', 'key'],
  notes: 'The last 100 steps are kept.',
  example: 'sagas show --name orders.fulfilment --key o-1',
  async run({ options, terminal, open }) {
    const { name, key } = whichOf(options);
    const found = await sagasOf(await open()).find(name, key);
    if (found === undefined) return { exitCode: 1, json: { saga: null }, text: noSuchSaga };
    return { exitCode: 0, json: { saga: detailJson(found) }, text: textOf(found, terminal.output.columns) };
  },
};

function textOf({ row, steps }: SagaDetail, width: number | undefined): string {
  const now = Date.now();
  const waits = Object.entries(row.timeouts).map(([timeout, { dueAt }]) => `${timeout} ${dueIn(dueAt - now)}`);
  const head = [
    `saga       ${visible(row.name)} ${visible(row.key)}`,
    `status     ${row.status}`,
    `state      ${visible(row.state ?? 'none')}`,
    `waits for  ${waits.length === 0 ? 'no time' : waits.join(', ')}`,
  ];
  return `${head.join('\n')}\n\n${stepTable(steps, now, width)}`;
}

function dueIn(ms: number): string {
  return ms <= 0 ? '(due)' : `(in ${writeDuration(ms)})`;
}

function stepTable(steps: readonly SagaStepRow[], now: number, width: number | undefined): string {
  const cells = steps.map(({ n, at, type, outcome, caused, messageId, state }) => [
    String(n),
    writeDuration(Math.max(0, now - at)),
    type,
    outcome,
    caused.join(', ') || 'nothing',
    messageId || 'none',
    state ?? 'none',
  ]);
  return table(['STEP', 'AGE', 'ON', 'OUTCOME', 'CAUSED', 'MESSAGE', 'STATE'], cells, width);
}
