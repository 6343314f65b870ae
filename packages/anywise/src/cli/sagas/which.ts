import type { Sagas, SagaStatus } from '../../core/ports/sagas.js';
import type { Store } from '../../core/ports/store.js';
import { optionTable } from '../option-table.js';
import type { Options } from '../options.js';
import { Refusal } from '../refusal.js';

/** A saga, as the options name it. */
export interface Which {
  readonly name: string;
  readonly key: string;
}

export const noSuchSaga = 'There is no such saga. List what there is with `anywise sagas list`.';

/** @throws Refusal if the options name no saga. */
export function whichOf({ name, key }: Options): Which {
  if (name !== undefined && key !== undefined) return { name, key };
  throw new Refusal(2, 'Name the saga with `--name` and `--key`.');
}

/** @throws Refusal if the store keeps no sagas. */
export function sagasOf({ sagas }: Store): Sagas {
  if (sagas === undefined) throw new Refusal(1, 'This store keeps no sagas.');
  return sagas;
}

const statuses: readonly SagaStatus[] = optionTable.status.values;

/** @throws Refusal if it is not a status. */
export function statusOf({ status }: Options): SagaStatus | undefined {
  const found = statuses.find((one) => one === status);
  if (found !== undefined || status === undefined) return found;
  throw new Refusal(2, '`--status` is `early`, `running` or `ended`.');
}
