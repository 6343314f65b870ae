import type { SagaRow, SagaStepRow } from '../core/ports/sagas.js';

/** A saga as SQL stores keep it. */
export interface StoredSaga extends Omit<SagaRow, 'state' | 'timeouts' | 'createdAt' | 'changedAt' | 'endedAt'> {
  readonly createdAt: number | string;
  readonly changedAt: number | string;
  readonly state: string | null;
  readonly timeouts: string;
  readonly endedAt: number | string | null;
}

/** A step as SQL stores keep it. */
export interface StoredStep extends Omit<SagaStepRow, 'state' | 'caused' | 'json' | 'at'> {
  readonly at: number | string;
  readonly state: string | null;
  readonly caused: string;
  readonly json: string | null;
}

/** A saga as tools see it, from the row that a store keeps. */
export function sagaIn({ state, timeouts, createdAt, changedAt, endedAt, ...row }: StoredSaga): SagaRow {
  return {
    ...row,
    state: state ?? undefined,
    timeouts: JSON.parse(timeouts) as SagaRow['timeouts'],
    createdAt: Number(createdAt),
    changedAt: Number(changedAt),
    endedAt: endedAt === null ? undefined : Number(endedAt),
  };
}

/** A step of a saga as tools see it, from the row that a store keeps. */
export function stepIn({ state, caused, json, at, ...step }: StoredStep): SagaStepRow {
  return {
    ...step,
    state: state ?? undefined,
    caused: JSON.parse(caused) as string[],
    json: json ?? undefined,
    at: Number(at),
  };
}

/** The columns of a saga, as {@link StoredSaga} names them. */
export const sagaColumns = `
  name, key, status, shape, revision, state, timeouts, created_at AS "createdAt", changed_at AS "changedAt",
  ended_at AS "endedAt"`;

/** The columns of a step, as {@link StoredStep} names them. */
export const stepColumns = 'n, message_id AS "messageId", type, outcome, state, caused, envelope AS json, at';
