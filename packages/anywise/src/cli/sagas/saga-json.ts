import type { SagaDetail, SagaRow, SagaStepRow } from '../../core/ports/sagas.js';

/** A saga as `--json` prints it. */
export function sagaJson({ name, key, status, shape, revision, state, timeouts, ...times }: SagaRow): object {
  const waits = Object.entries(timeouts).map(([timeout, { id, dueAt }]) => ({ timeout, id, dueAt: timeOf(dueAt) }));
  return {
    name,
    key,
    status,
    shape,
    steps: revision,
    state: jsonIn(state),
    timeouts: waits,
    createdAt: timeOf(times.createdAt),
    changedAt: timeOf(times.changedAt),
    endedAt: times.endedAt === undefined ? null : timeOf(times.endedAt),
  };
}

/** A saga with its steps as `--json` prints it. */
export function detailJson({ row, steps }: SagaDetail): object {
  return { ...sagaJson(row), audit: steps.map(stepJson) };
}

function stepJson({ n, messageId, type, outcome, state, caused, json, at }: SagaStepRow): object {
  return { n, at: timeOf(at), messageId, type, outcome, state: jsonIn(state), caused, waits: json !== undefined };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What is no JSON is shown as it is. */
function jsonIn(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
