import type { SagaRow } from '../../core/ports/sagas.js';
import type { Store } from '../../core/ports/store.js';
import type { Action } from '../action.js';
import { confirm, requireConsent } from '../confirm.js';
import { Refusal } from '../refusal.js';
import { noSuchSaga, sagasOf, whichOf, type Which } from './which.js';

export const end: Action = {
  name: 'end',
  summary: 'ends a saga for good, and cancels its timeouts',
  options: ['name', 'key', 'yes'],
  notes:
    'No step runs. What comes later is taken as after any other end. It asks first; without a terminal, confirm with `--yes`.',
  example: 'sagas end --name orders.fulfilment --key o-1',
  async run({ options, terminal, who, open }) {
    const which = whichOf(options);
    requireConsent(options, terminal);
    const store = await open();
    sagasOf(store);
    const agreed =
      options.yes || (await confirm(`End \`${which.name}\` with the key \`${which.key}\` for good?`, terminal));
    if (!agreed) throw new Refusal(1, 'Nothing was ended.');
    const refusal = await endSaga(store, which, who);
    const json = { ended: refusal === undefined ? 1 : 0 };
    return refusal === undefined ? { exitCode: 0, json, text: 'Ended 1 saga.' } : { exitCode: 1, json, text: refusal };
  },
};

/** The step is the record of who did it. Returns why it could not be done. */
async function endSaga(store: Store, { name, key }: Which, who: string): Promise<string | undefined> {
  const transaction = store.begin({ readOnly: false });
  try {
    const row = await transaction.sagas?.open(name, key);
    const refusal = refusalOf(row);
    if (row === undefined || refusal !== undefined) {
      await transaction.rollback();
      return refusal;
    }
    for (const { id } of Object.values(row.timeouts)) await transaction.cancel(id);
    const ended = { ...row, status: 'ended', timeouts: {}, revision: row.revision + 1 } as const;
    const step = { messageId: '', type: who, outcome: 'ended by hand', state: row.state, caused: [] } as const;
    await transaction.sagas?.save(ended, step);
    await transaction.commit();
    return undefined;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

function refusalOf(row: SagaRow | undefined): string | undefined {
  if (row === undefined) return noSuchSaga;
  if (row.status === 'ended') return 'It has ended already.';
  return row.status === 'early' ? 'It has not begun: messages wait for its first event.' : undefined;
}
