import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey, type FrozenContext } from '../message/context.js';
import { contract } from '../message/contract.js';
import type { ListenerDefinition } from '../registry/definitions.js';
import { AnywiseError, TerminalError } from '../errors/errors.js';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker } from '../../memory/transport.js';
import { command, event, query } from '../message/declare.js';
import { on } from '../registry/on.js';
import { fakeClock } from '../../testing/clock.js';
import { testEntry, testEnvelope } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import { silent, startBus, type StartBusOptions } from '../../test-support/start-bus.js';

class Pay extends command('payments.pay', {
  data: z.object({ id: z.string(), amount: z.number() }),
  reply: z.string(),
}) {}
class Paid extends event('payments.paid', {
  data: z.object({ id: z.string(), amount: z.number() }),
  entityId: ({ id }) => id,
}) {}
class GetReport extends query('reports.get-report', { reply: z.string() }) {}
const contracts = [contract('payments', { Pay, Paid }), contract('reports', { GetReport })];

const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ id, amount }, _context, { anywise }) => {
    await anywise.publish(new Paid({ id, amount }));
    if (amount < 0) throw new Error('negative');
    return `paid ${amount}`;
  });

/** Two services, each with a store of its own, and a broker between them. */
function services() {
  const broker = memoryBroker();
  const stores = { payments: memoryStore(), orders: memoryStore() };
  const start = (name: keyof typeof stores, options: StartBusOptions) =>
    startBus({ name, contracts, store: stores[name], transport: broker.connect(), ...options });
  return { stores, start };
}

/** A listener that notes what it hears. */
function hear(heard: string[]): ListenerDefinition<Paid, []> {
  return on(Paid).listen(({ id, amount }) => void heard.push(`${id}: ${amount}`));
}

it('a starting bus names listeners with waiting messages that it does not have', async () => {
  const warnings: string[] = [];
  const logger = { ...silent, warn: (_details: unknown, text: string) => void warnings.push(text) };
  const { stores, start } = services();
  await stores.orders.inbox.add([testEntry({ listener: 'renamed' }), testEntry({ listener: 'renamed' })]);
  await using _orders = await start('orders', { items: [hear([])], logger });
  expect(warnings).toEqual([
    '2 messages wait for `renamed`, which this process does not have. If it was renamed, give it its old name with `.named(…)`.',
  ]);
});

describe('an event', () => {
  it('published by a handler reaches the listener of another service after the commit', async () => {
    const heard: string[] = [];
    const { start } = services();
    const payAndLinger = on(Pay)
      .inject({ anywise: Anywise })
      .handle(async ({ id, amount }, _context, { anywise }) => {
        await anywise.publish(new Paid({ id, amount }));
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
        heard.push('handled');
        return 'paid';
      });
    await using payments = await start('payments', { items: [payAndLinger] });
    await using _orders = await start('orders', { items: [hear(heard)] });
    await payments.send(new Pay({ id: 'p1', amount: 5 }));
    await eventually(() => expect(heard).toEqual(['handled', 'p1: 5']));
  });

  it('whose listener throws something unreadable still follows the retry policy', async () => {
    const refuse = (): never => {
      throw new Error('It cannot be read.');
    };
    const unfathomable = new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse });
    const failing = on(Paid)
      .retry({ rules: [{ when: (error) => error === unfathomable, attempts: 1 }] })
      .listen(() => {
        throw unfathomable as Error;
      });
    const { start } = services();
    await using payments = await start('payments', { items: [pay] });
    await using orders = await start('orders', { items: [failing] });
    await payments.send(new Pay({ id: 'p1', amount: 5 }));
    const [dead] = await eventually(async () => {
      const found = await orders.deadLetters.list();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(dead).toMatchObject({ attempts: 1, error: 'a thrown object that has no text' });
  });

  it('of a handler that fails reaches no listener', async () => {
    const heard: string[] = [];
    const { start, stores } = services();
    await using payments = await start('payments', { items: [pay] });
    await using _orders = await start('orders', { items: [hear(heard)] });
    await expect(payments.send(new Pay({ id: 'p1', amount: -1 }))).rejects.toThrow('negative');
    await payments.send(new Pay({ id: 'p1', amount: 2 }));
    await eventually(() => expect(heard).toEqual(['p1: 2']));
    await eventually(async () =>
      expect(await stores.payments.outbox.status()).toMatchObject({ waiting: { count: 0 } }),
    );
  });

  it('published outside of a handler is committed by itself', async () => {
    const heard: string[] = [];
    const { start } = services();
    await using payments = await start('payments', { items: [pay] });
    await using _orders = await start('orders', { items: [hear(heard)] });
    await payments.publish(new Paid({ id: 'p1', amount: 3 }));
    await eventually(() => expect(heard).toEqual(['p1: 3']));
  });

  it('reaches each listener of its own service once, though it comes back from the broker', async () => {
    const heard: string[] = [];
    const { start } = services();
    const second = on(Paid)
      .named('second')
      .listen(({ id }) => void heard.push(`second ${id}`));
    await using payments = await start('payments', { items: [pay, hear(heard), second] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await payments.send(new Pay({ id: 'p2', amount: 2 }));
    const all = ['p1: 1', 'second p1', 'p2: 2', 'second p2'].sort();
    await eventually(() => expect([...heard].sort()).toEqual(all));
    await payments.stop();
    expect([...heard].sort()).toEqual(all);
  });

  it('that was published before a service first started reaches it', async () => {
    const heard: string[] = [];
    const { start } = services();
    const payments = await start('payments', { items: [pay] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await payments.stop();
    await using _orders = await start('orders', { items: [hear(heard)] });
    await eventually(() => expect(heard).toEqual(['p1: 1']));
  });

  it('of a batch that could not be taken in during an outage of the store comes again', async () => {
    const heard: string[] = [];
    const { start, stores } = services();
    const { inbox } = stores.orders;
    const add = inbox.add.bind(inbox);
    let failures = 1;
    inbox.add = async (...entries) => {
      if (failures-- > 0) throw new AnywiseError('UNAVAILABLE', 'The database is away.', { retryable: true });
      return add(...entries);
    };
    await using payments = await start('payments', { items: [pay] });
    await using _orders = await start('orders', { items: [hear(heard)] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await payments.send(new Pay({ id: 'p2', amount: 2 }));
    await eventually(() => expect([...heard].sort()).toEqual(['p1: 1', 'p2: 2']));
  });

  it('that is in no contract is refused where somebody would have to read it back', async () => {
    class Lost extends event('payments.lost', { data: z.object({}), entityId: () => '1' }) {}
    const { start } = services();
    await using payments = await start('payments', { items: [pay] });
    await expect(payments.publish(new Lost({}))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`payments.lost\` was published, but none of the bus's contracts has it, so it could not be read back. Add its contract to \`contracts\`."`,
    );
  });

  it('carries ids and the context values that have a header', async () => {
    const Tenant = contextKey<{ readonly name: string }>('tenant', { header: 'tenant' });
    const Secret = contextKey<string>('secret');
    const seen: object[] = [];
    const { start } = services();
    await using payments = await start('payments', { items: [pay] });
    await using _orders = await start('orders', {
      context: [Tenant],
      items: [
        on(Paid).listen(({ eventId }, context: FrozenContext) => {
          const { messageId, correlationId, causationId, attempt, idempotencyKey } = context;
          seen.push({
            isItsOwn: messageId === eventId && idempotencyKey === `orders/payments.paid:/payments:${eventId}`,
            isCausedByPay: causationId === correlationId,
            attempt,
            tenant: context.find(Tenant),
            secret: context.find(Secret),
          });
        }),
      ],
    });
    await payments.send(new Pay({ id: 'p1', amount: 1 }), { context: [Tenant({ name: 'acme' }), Secret('hush')] });
    await eventually(() =>
      expect(seen).toEqual([
        { isItsOwn: true, isCausedByPay: true, attempt: 1, tenant: { name: 'acme' }, secret: undefined },
      ]),
    );
  });
});

describe('a listener whose lease was lost', () => {
  it('has handled nothing, which the log says', async () => {
    const store = memoryStore();
    const begin = store.begin.bind(store);
    store.begin = (options) => {
      const transaction = begin(options);
      const commit = transaction.commit.bind(transaction);
      transaction.commit = async (completion) => {
        if (completion?.claim === undefined) return commit(completion);
        await transaction.rollback();
        return false;
      };
      return transaction;
    };
    const warnings: string[] = [];
    const ended: string[] = [];
    await using bus = await startBus({
      name: 'payments',
      contracts,
      store,
      items: [pay, hear([])],
      logger: { ...silent, warn: (_details, text) => void warnings.push(text) },
    });
    bus.observe({ handled: ({ listener }) => void ended.push(listener) });
    await bus.publish(new Paid({ id: 'p1', amount: 1 }));
    await eventually(() => expect(warnings.join()).toContain('lost its lease'));
    expect(ended).toEqual([]);
  });
});

describe('a listener that fails', () => {
  it('is tried again until it succeeds', async () => {
    const attempts: string[] = [];
    const { start, stores } = services();
    const shaky = on(Paid).listen(({ id }, { attempt }) => {
      attempts.push(`${id} ${attempt}`);
      if (attempt === 1) throw new Error('not yet');
    });
    await using payments = await start('payments', { items: [pay, shaky] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(() => expect(attempts).toEqual(['p1 1', 'p1 2']));
    await payments.stop();
    expect(await stores.payments.inbox.status()).toMatchObject({
      waiting: { count: 0 },
      running: { count: 0 },
      dead: { count: 0 },
    });
  });

  it('publishes nothing', async () => {
    const heard: string[] = [];
    const { start } = services();
    class Booked extends event('orders.booked', { data: z.object({ attempt: z.number() }), entityId: () => 'o1' }) {}
    const all = [...contracts, contract('orders', { Booked })];
    const book = on(Paid)
      .inject({ anywise: Anywise })
      .listen(async (_event, { attempt }, { anywise }) => {
        await anywise.publish(new Booked({ attempt }));
        if (attempt === 1) throw new Error('not yet');
      });
    await using payments = await start('payments', { items: [pay] });
    await using _orders = await start('orders', {
      contracts: all,
      items: [book, on(Booked).listen(({ attempt }) => void heard.push(`booked by attempt ${attempt}`))],
    });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(() => expect(heard).toEqual(['booked by attempt 2']));
  });

  it.each([
    { how: 'after the attempts of its policy', error: () => new Error('broken'), attempts: [1, 2, 3] },
    { how: 'at once where the error is terminal', error: () => new TerminalError('never'), attempts: [1] },
    {
      how: 'at once where the error says it cannot be retried',
      error: () => Object.assign(new Error('no'), { retryable: false }),
      attempts: [1],
    },
  ])('becomes a dead letter $how', async ({ error, attempts }) => {
    const seen: number[] = [];
    const { start, stores } = services();
    const broken = on(Paid)
      .retry({ attempts: 3, immediate: 3 })
      .listen((_event, { attempt }) => {
        seen.push(attempt);
        throw error();
      });
    await using payments = await start('payments', { items: [pay, broken] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(async () =>
      expect(await stores.payments.inbox.status()).toMatchObject({ dead: { count: 1 }, waiting: { count: 0 } }),
    );
    expect(seen).toEqual(attempts);
  });

  it.each([
    { onDead: 'park', waits: 'wait', heard: ['bad: 0', 'good: 0', 'good: 1'] },
    { onDead: 'skip', waits: 'go on', heard: ['bad: 0', 'bad: 1', 'good: 0', 'good: 1'] },
  ] as const)('for good lets later events of its entity $waits under `$onDead`, and others go on', async (rule) => {
    const heard: string[] = [];
    const { start } = services();
    const poisoned = on(Paid)
      .onDead(rule.onDead)
      .listen(({ id, amount }) => {
        heard.push(`${id}: ${amount}`);
        if (id === 'bad' && amount === 0) throw new TerminalError('poison');
      });
    await using payments = await start('payments', { items: [pay, poisoned] });
    for (const amount of [0, 1]) {
      for (const id of ['bad', 'good']) await payments.send(new Pay({ id, amount }));
    }
    await eventually(() => expect([...heard].sort()).toEqual(rule.heard));
    await payments.stop();
    expect([...heard].sort()).toEqual(rule.heard);
  });

  it('inside `publish` fails the handler, and nothing is published', async () => {
    const heard: string[] = [];
    const { start } = services();
    const veto = on(Paid)
      .inline()
      .named('veto')
      .listen(({ amount }) => {
        if (amount > 100) throw new Error('too much');
      });
    await using payments = await start('payments', { items: [pay, veto, hear(heard)] });
    await expect(payments.send(new Pay({ id: 'p1', amount: 101 }))).rejects.toMatchObject({
      code: 'LISTENERS_FAILED',
      failures: [{ listener: 'veto' }],
    });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(() => expect(heard).toEqual(['p1: 1']));
  });

  it('inside `publish` for a reason that may pass is tried again with the listener that published', async () => {
    const attempts: number[] = [];
    class Booked extends event('orders.booked', { data: z.object({ attempt: z.number() }), entityId: () => 'o1' }) {}
    const { start } = services();
    const book = on(Paid)
      .inject({ anywise: Anywise })
      .listen(async (_event, { attempt }, { anywise }) => anywise.publish(new Booked({ attempt })));
    const index = on(Booked)
      .inline()
      .listen(({ attempt }) => {
        attempts.push(attempt);
        if (attempt === 1) throw new Error('not yet');
      });
    await using payments = await start('payments', {
      contracts: [...contracts, contract('orders', { Booked })],
      items: [pay, book, index],
    });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(() => expect(attempts).toEqual([1, 2]));
  });
});

describe('a message in the inbox', () => {
  const listener = 'payments/payments.paid';

  it('of an unknown type waits for a version that knows it, and burns no attempt', async () => {
    const { start } = services();
    const waits: object[] = [];
    const logger = { ...silent, warn: (details: object) => void waits.push(details) };
    const store = memoryStore({ clock: fakeClock() });
    await store.inbox.add([
      testEntry({ listener, id: 'm1', json: JSON.stringify(testEnvelope({ id: 'm1', type: 'payments.newer' })) }),
    ]);
    await using _payments = await start('payments', { items: [pay, hear([])], store, logger });
    await eventually(() => expect(waits).toMatchObject([{ id: 'm1', attempt: 1, err: { code: 'UNKNOWN_MESSAGE' } }]));
    expect(await store.inbox.status()).toMatchObject({ waiting: { count: 1 }, dead: { count: 0 } });
  });

  it('is named in the log with its type and the message that all began with', async () => {
    const { start, stores } = services();
    const errors: object[] = [];
    const logger = { ...silent, error: (details: object) => void errors.push(details) };
    const fail = on(Paid).listen(() => {
      throw new TerminalError('no');
    });
    const { id: correlationId } = testEnvelope();
    const envelope = testEnvelope({
      type: 'payments.paid',
      data: { id: 'p1', amount: 1 },
      correlationid: correlationId,
    });
    await stores.payments.inbox.add([
      testEntry({ listener, id: 'm1', type: envelope.type, json: JSON.stringify(envelope) }),
    ]);
    await using _payments = await start('payments', { items: [pay, fail], logger });
    await eventually(() =>
      expect(errors).toMatchObject([{ listener, id: 'm1', type: 'payments.paid', correlationId, attempt: 1 }]),
    );
  });

  it('that is a command for the service, of a type unknown here, waits for the version that knows it', async () => {
    class Refund extends command('orders.refund', { data: z.object({ id: z.string() }) }) {}
    const newer = [...contracts, contract('orders', { Refund })];
    const { start } = services();
    const clock = fakeClock();
    const store = memoryStore({ clock });
    const refunded: string[] = [];
    await using payments = await start('payments', { items: [pay], contracts: newer });
    const old = await start('orders', { items: [hear([])], store });
    await payments.enqueue(new Refund({ id: 'p1' }));
    await eventually(async () => {
      expect(await store.inbox.status()).toMatchObject({
        running: { count: 0 },
        listeners: [{ listener: 'orders/unknown', waiting: { count: 1 } }],
      });
    });
    await old.stop();
    clock.advance(60_000);
    const refund = on(Refund).handle(async ({ id }) => void refunded.push(id));
    await using _next = await start('orders', { items: [hear([]), refund], store, contracts: newer });
    await eventually(() => expect(refunded).toEqual(['p1']));
  });

  it.each([
    { what: 'that is no envelope', json: '{"id":"m1"}', code: 'UNREADABLE_MESSAGE' },
    { what: 'that is not JSON', json: '<xml/>', code: 'UNREADABLE_MESSAGE' },
    {
      what: 'with invalid data',
      json: JSON.stringify(testEnvelope({ type: 'payments.paid', data: { id: 'p1', amount: 'much' } })),
      code: 'INVALID_MESSAGE',
    },
  ])('$what is a dead letter at once', async ({ json, code }) => {
    const { start, stores } = services();
    const errors: object[] = [];
    const logger = { ...silent, error: (details: object) => void errors.push(details) };
    await stores.payments.inbox.add([testEntry({ listener, id: 'm1', json })]);
    await using _payments = await start('payments', { items: [pay, hear([])], logger });
    await eventually(async () => expect(await stores.payments.inbox.status()).toMatchObject({ dead: { count: 1 } }));
    expect(errors).toMatchObject([{ id: 'm1', attempt: 1, err: { code } }]);
  });

  it('of a newer version waits for the code that knows it, uncounted', async () => {
    const { start, stores } = services();
    const json = JSON.stringify(testEnvelope({ type: 'payments.paid', schemaversion: 2 }));
    await stores.payments.inbox.add([testEntry({ listener, id: 'm1', json })]);
    const warnings: object[] = [];
    const logger = { ...silent, warn: (details: object) => void warnings.push(details) };
    await using _payments = await start('payments', { items: [pay, hear([])], logger });
    await eventually(() => expect(warnings).toMatchObject([{ id: 'm1', err: { code: 'UNKNOWN_MESSAGE' } }]));
    await eventually(async () =>
      expect(await stores.payments.inbox.status()).toMatchObject({
        waiting: { count: 1 },
        running: { count: 0 },
        dead: { count: 0 },
      }),
    );
  });
});

describe('a query', () => {
  it('cannot publish', async () => {
    const { start } = services();
    const report = on(GetReport)
      .inject({ anywise: Anywise })
      .handle(async (_query, _context, { anywise }) => {
        await anywise.publish(new Paid({ id: 'p1', amount: 1 }));
        return 'report';
      });
    await using payments = await start('payments', { items: [pay, report] });
    await expect(payments.send(new GetReport())).rejects.toThrowErrorMatchingInlineSnapshot(
      `"A query published or enqueued a message. Queries only read: make it a command."`,
    );
  });
});

describe('stopping', () => {
  /** A listener that is let go from outside. */
  function heldListener() {
    const log: string[] = [];
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const listener = on(Paid).listen(async (_event, { attempt, signal }) => {
      log.push(`begins attempt ${attempt}`);
      await held;
      log.push(signal.aborted ? 'ends too late' : 'ends');
    });
    return { log, listener, letGo: () => letGo() };
  }

  it('finishes the message in hand', async () => {
    const { log, listener, letGo } = heldListener();
    const { start, stores } = services();
    const payments = await start('payments', { items: [pay, listener] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(() => expect(log).toEqual(['begins attempt 1']));
    const stopped = payments.stop();
    letGo();
    await stopped;
    expect(log).toEqual(['begins attempt 1', 'ends']);
    expect(await stores.payments.inbox.status()).toMatchObject({
      waiting: { count: 0 },
      running: { count: 0 },
      dead: { count: 0 },
    });
  });

  it('gives back what is not finished in time, uncounted', async () => {
    const { log, listener, letGo } = heldListener();
    const { start, stores } = services();
    const payments = await start('payments', { items: [pay, listener] });
    await payments.send(new Pay({ id: 'p1', amount: 1 }));
    await eventually(() => expect(log).toEqual(['begins attempt 1']));
    await payments.stop({ timeoutMs: 10 });
    expect(await stores.payments.inbox.status()).toMatchObject({ waiting: { count: 1 }, running: { count: 0 } });
    await using _again = await start('payments', { items: [pay, listener] });
    await eventually(() => expect(log).toEqual(['begins attempt 1', 'begins attempt 1']));
    letGo();
    await eventually(() =>
      expect([...log].sort()).toEqual(['begins attempt 1', 'begins attempt 1', 'ends', 'ends too late']),
    );
  });

  it('finishes the command in hand, and sends what it published', async () => {
    const heard: string[] = [];
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const slow = on(Pay)
      .inject({ anywise: Anywise })
      .handle(async ({ id, amount }, _context, { anywise }) => {
        await held;
        await anywise.publish(new Paid({ id, amount }));
        return 'paid';
      });
    const { start } = services();
    const payments = await start('payments', { items: [slow] });
    const reply = payments.send(new Pay({ id: 'p1', amount: 1 }));
    const stopped = payments.stop();
    await expect(payments.send(new Pay({ id: 'p2', amount: 2 }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`payments\` is stopping and takes no more messages."`,
    );
    letGo();
    await expect(reply).resolves.toBe('paid');
    await stopped;
    await using _orders = await start('orders', { items: [hear(heard)] });
    await eventually(() => expect(heard).toEqual(['p1: 1']));
  });
});
