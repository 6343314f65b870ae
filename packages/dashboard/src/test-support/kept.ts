import type { KeptSaga, SagaStep, Store } from 'anywise';

const name = 'orders.fulfilment';

/** Keeps a saga that has begun, in one step, and waits. */
export async function keepSaga(store: Store, key: string, status: KeptSaga['status'] = 'running'): Promise<void> {
  const timeouts = status === 'ended' ? {} : { 'pay-by': { id: 'm-9', dueAt: Date.now() + 600_000 } };
  const state = JSON.stringify({ orderId: key, paid: false });
  const step: SagaStep = {
    messageId: 'm-1',
    type: 'orders.order-placed',
    outcome: 'started',
    state,
    caused: ['payments.request-payment', 'pay-by'],
  };
  const transaction = store.begin({ readOnly: false });
  await transaction.sagas?.save({ name, key, status, shape: 1, revision: 1, state, timeouts }, step);
  await transaction.commit();
}

/** Keeps a read model that cannot take in the next event. */
export async function keepReadModel(store: Store): Promise<void> {
  const key = { name: 'orders.list', version: 2, generation: 1 };
  await store.projections?.prepare(key, []);
  await store.projections?.fail(key, 'The event has no `total`.\n  at fill');
}

/** Keeps an event of `orders.order/o-1` that the read model has parked, with one that waits for it. */
export async function keepFault(store: Store): Promise<void> {
  const key = { name: 'orders.list', version: 2, generation: 1 };
  const fault = { stream: 'orders.order/o-1', type: 'orders.order-placed', state: 'parked' } as const;
  const transaction = store.begin({ readOnly: false });
  await transaction.projections?.faults.add(key, [
    { ...fault, position: 1, eventVersion: 1, error: 'The event has no `total`.' },
    { ...fault, position: 2, eventVersion: 2, error: undefined },
  ]);
  await transaction.commit();
}
