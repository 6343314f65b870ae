import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { memoryStore, type Store, type StoreView } from 'anywise';
import { eventually, testEnvelope } from 'anywise/testing';
import { storeSource } from '../index.js';
import { openDashboard, textOf } from '../test-support/dashboard.js';
import { CancelUnpaidOrder, OrderPlaced, PaymentCreated } from '../test-support/shop.js';

const listener = 'orders/on-payment-created';

/** A store with one message that the transport refused for good. */
async function withParked(id: string): Promise<Store> {
  const store = memoryStore();
  const transaction = store.begin({ readOnly: false });
  await transaction.append({ outgoing: [testEnvelope({ id, type: 'orders.order-placed' })] });
  await transaction.commit();
  const lease = await store.outbox.lease('relay', 60_000);
  const [row] = (await store.outbox.sendable(1)).rows;
  if (lease === undefined || row === undefined) throw new Error('nothing to park');
  await store.outbox.settle(lease, [{ seq: row.seq, outcome: 'parked', error: 'It is too large for the broker.' }]);
  await store.outbox.release(lease);
  return store;
}

/** A store that has seen messages, each of which came of the one before. */
function withChain(from: number, to: number): Store {
  const store = memoryStore();
  const seen = Array.from({ length: to - from }, (_, index) => from + index).map((seq) => ({
    ...{ part: 'inbox', listener, state: 'handled', seq, id: `m-${seq}`, source: '/orders', type: 't.again' },
    ...{ correlationId: 'c', causationId: `m-${seq - 1}`, attempts: 1, since: seq, at: seq },
  }));
  if (store.view === undefined) throw new Error('no view');
  const view = new Proxy<StoreView>(store.view, {
    get: (of, name) => (name === 'conversation' ? async () => seen : (Reflect.get(of, name) as () => unknown).bind(of)),
  });
  return { ...store, view };
}

describe('waiting', () => {
  it('shows the listeners, one of them, and a lane with what blocks it', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1'], 1251);
    for (const amount of [1, 2]) {
      await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-1', amount, currency: 'EUR' }));
    }
    expect(await opened.read('/waiting')).toContain(`Waiting 2 messages to be handled`);
    const address = `/waiting?service=orders&listener=${encodeURIComponent(listener)}`;
    expect(await opened.read(address)).toContain('0 running, 2 waiting here, 0 of them after an attempt that failed');
    const lane = await opened.read(`${address}&key=o-1`);
    expect(lane).toContain('A dead letter blocks it: “The ledger answered 505 for order 4711.” 2 wait behind it.');
    expect(lane).toContain('after the one before');
    expect(await opened.read(`${address}&key=o-2`)).toContain('The lane is empty.');
    expect((await opened.server.ask('/waiting?service=nobody&listener=a')).status).toBe(404);
  });
});

describe('the outbox', () => {
  it('retries what is parked, once', async () => {
    const store = await withParked('m-1');
    await using opened = await openDashboard({}, store);
    const page = await opened.read('/outbox');
    expect(page).toContain('orders.order-placed');
    expect(page).toContain('It is too large for the broker.');
    expect(await opened.read('/')).toContain('orders has 1 message that the transport refuses for good');
    const form = { service: 'orders', id: 'm-1', action: 'retry' };
    expect(textOf((await opened.server.ask('/outbox', { form })).text)).toContain('m-1 was retried');
    expect(textOf((await opened.server.ask('/outbox', { form })).text)).toContain('Nothing was retried');
  });

  it('discards what is parked, after a question', async () => {
    const store = await withParked('m-1');
    await using opened = await openDashboard({}, store);
    const form = { service: 'orders', id: 'm-1', action: 'discard' };
    expect(textOf((await opened.server.ask('/outbox', { form })).text)).toContain('There is no undo.');
    expect(await store.parked.list(9)).toHaveLength(1);
    const sure = { ...form, sure: 'yes' };
    expect(textOf((await opened.server.ask('/outbox', { form: sure })).text)).toContain('m-1 was discarded');
    expect(await store.parked.list(9)).toEqual([]);
  });

  it('does neither for those who may only look, nor what is not asked', async () => {
    const store = await withParked('m-1');
    await using opened = await openDashboard({ readOnly: true }, store);
    expect((await opened.server.ask('/outbox')).text).not.toContain('method="post"');
    for (const action of ['retry', 'discard']) {
      const form = { service: 'orders', id: 'm-1', action, sure: 'yes' };
      expect((await opened.server.ask('/outbox', { form })).status).toBe(403);
    }
    expect((await opened.server.ask('/outbox', { form: { service: 'orders', id: 'm-1' } })).status).toBe(400);
    expect(await store.parked.list(9)).toHaveLength(1);
  });
});

describe('scheduled', () => {
  it('lists commands by their time, and cancels one once', async () => {
    await using opened = await openDashboard();
    const id = await opened.shop.bus.enqueue(new CancelUnpaidOrder({ orderId: 'o-1' }), { delayMs: 3_600_000 });
    const page = await opened.read('/scheduled');
    expect(page).toContain('1 command for later');
    expect(page).toMatch(/in 59 min|in 1 h/);
    const form = { service: 'orders', id, action: 'cancel' };
    expect(textOf((await opened.server.ask('/scheduled', { form })).text)).toContain(`${id} was cancelled`);
    expect(textOf((await opened.server.ask('/scheduled', { form })).text)).toContain('Nothing was cancelled');
    expect(await opened.store.scheduled.list(9)).toEqual([]);
  });

  it('runs a command now, once', async () => {
    await using opened = await openDashboard();
    const id = await opened.shop.bus.enqueue(new CancelUnpaidOrder({ orderId: 'o-1' }), { delayMs: 3_600_000 });
    const form = { service: 'orders', id, action: 'run' };
    expect(textOf((await opened.server.ask('/scheduled', { form })).text)).toContain(`${id} was made due`);
    expect(textOf((await opened.server.ask('/scheduled', { form })).text)).toContain('Nothing was made due');
    await eventually(async () => {
      expect(await opened.store.view?.inbox({ id }, { limit: 1 })).toMatchObject([{ state: 'handled' }]);
    });
  });

  it('cancels nothing for those who may only look', async () => {
    await using opened = await openDashboard({ readOnly: true });
    const id = await opened.shop.bus.enqueue(new CancelUnpaidOrder({ orderId: 'o-1' }), { delayMs: 3_600_000 });
    const form = { service: 'orders', id, action: 'cancel' };
    expect((await opened.server.ask('/scheduled', { form })).status).toBe(403);
    expect(await opened.store.scheduled.list(9)).toHaveLength(1);
  });
});

describe('a conversation', () => {
  it('is found by its id and by that of each of its messages', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    const paid = new PaymentCreated({ orderId: 'o-1', amount: 1251, currency: 'EUR' });
    await opened.shop.bus.transaction(async (tx) => {
      await tx.publish(new OrderPlaced({ orderId: 'o-1', total: 1251 }));
      await tx.publish(paid);
    });
    await eventually(async () => expect(await opened.store.deadLetters.count({})).toBe(1));
    const page = await opened.read(`/conversations?id=${paid.eventId}`);
    expect(page).toContain('payments.payment-created');
    expect(page).toMatch(/on-payment-created *dead/);
    expect(page).toContain('Look at the dead letter');
  });

  it('of messages that came of each other without end is shown as far as it was read', async () => {
    const sources = [storeSource('others', withChain(1_000, 2_000))];
    await using opened = await openDashboard({ sources }, withChain(0, 1_000));
    const page = await opened.read('/conversations?id=c');
    expect(page.match(/t\.again/g)).toHaveLength(2_000);
  });

  it('that nobody knows says so, and asks for another', async () => {
    await using opened = await openDashboard();
    expect(await opened.read('/conversations?id=<nothing>')).toContain('Nothing of it is kept.');
    expect(await opened.read('/conversations')).toContain('Id of a message, or of its conversation');
  });
});

describe('a search', () => {
  it('finds ids, keys and parts of names', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1'], 1251);
    const { id = '' } = Object.fromEntries(await opened.firstLetter());
    expect(await opened.read(`/search?q=${id}`)).toContain('dead letter of orders/on-payment-created');
    expect(await opened.read('/search?q=o-1')).toContain('key of orders/on-payment-created: 1 unfinished message');
    expect(await opened.read('/search?q=PAYMENT')).toContain('listener of orders');
    expect(await opened.read('/search?q=ledger')).toContain('dead letters of orders/on-payment-created: The ledger');
    expect(await opened.read('/search?q=nothing-like-it')).toContain('Nothing fits.');
    expect(await opened.read('/search?q=')).toContain('Type something to look for.');
  });
});

describe('what is done by hand', () => {
  it('is recorded with who did it, and what changed nothing is not', async () => {
    await using opened = await openDashboard({ authorize: () => ({ user: 'ada@example.com', may: 'act' }) });
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1'], 1251);
    const letter = Object.fromEntries(await opened.firstLetter());
    expect(await opened.read('/actions')).toContain('No actions yet.');
    opened.shop.poison.clear();
    for (const _time of [1, 2]) await opened.server.ask('/dead-letters/letter', { form: letter });
    const records = (await opened.store.actions?.list({ limit: 9 })) ?? [];
    expect(records).toMatchObject([{ who: 'ada@example.com', what: 'dead-letters replay', count: 1 }]);
    expect(await opened.read('/actions')).toMatch(/ada@example.com dead-letters replay 1 .*id 01/);
    expect((await opened.server.ask('/actions?service=orders&before=x')).status).toBe(400);
  });
});

describe('processes', () => {
  it('are listed while they run', async () => {
    await using opened = await openDashboard();
    expect(await opened.read('/processes')).toContain(`1 running process. Each says`);
    expect(await opened.read('/processes')).toContain(String(process.pid));
    const [row] = (await opened.store.processes?.list(9)) ?? [];
    await opened.store.processes?.left(row?.holder ?? '');
    expect(await opened.read('/processes')).toContain('No process has said that it runs.');
  });
});
