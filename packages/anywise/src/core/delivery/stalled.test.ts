import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { contract, event, memoryBroker, memoryStore, on, type, type Store, type Transport } from '../../index.js';
import { eventually } from '../../testing/eventually.js';
import { silent, startBus } from '../../test-support/start-bus.js';

class Rung extends event('bell.rung', { data: type<{ readonly n: number }>(), entityId: ({ n }) => String(n) }) {}
const contracts = [contract('bell', { Rung })];

afterEach(() => {
  jest.restoreAllMocks();
});

/** Lets time pass for code that reads the clock, but not for timers. */
function passTime(ms: number): void {
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

/** The same object, with some methods replaced. */
function instead<T extends object>(original: T, methods: Partial<T>): T {
  return new Proxy(original, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof value === 'function' && !(name in methods) ? (value.bind(target) as unknown) : value;
    },
  });
}

/** What hangs, or fails, until it is released. */
function trouble(kind: 'hangs' | 'fails') {
  let release: () => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => (release = () => reject(new Error('over'))));
  over.catch(() => undefined);
  let calls = 0;
  const run = async (): Promise<never> => {
    calls++;
    if (kind === 'fails') throw new Error('refused');
    return over;
  };
  return { run, release: () => release(), calls: () => calls };
}

type Trouble = ReturnType<typeof trouble>['run'];

const places: readonly [string, (run: Trouble) => { readonly store: Store; readonly transport: Transport }][] = [
  [
    'worker',
    (run) => {
      const store = memoryStore();
      return {
        store: instead(store, { inbox: instead(store.inbox, { claim: run }) }),
        transport: memoryBroker().connect(),
      };
    },
  ],
  [
    'relay',
    (run) => {
      const store = memoryStore();
      return {
        store: instead(store, { outbox: instead(store.outbox, { sendable: run }) }),
        transport: memoryBroker().connect(),
      };
    },
  ],
  ['relay', (run) => ({ store: memoryStore(), transport: instead(memoryBroker().connect(), { publish: run }) })],
  [
    'intake',
    (run) => {
      const store = memoryStore();
      return {
        store: instead(store, { inbox: instead(store.inbox, { add: run }) }),
        transport: memoryBroker().connect(),
      };
    },
  ],
];

describe.each(places)('a %s', (part, worldOf) => {
  it.each(['hangs', 'fails'] as const)(
    'whose database or transport %s is a reason not to be ready after a while',
    async (kind) => {
      const { run, release, calls } = trouble(kind);
      const items = [
        on(Rung)
          .named('hear')
          .listen(() => undefined),
      ];
      const bus = await startBus({ name: 'bell', items, contracts, ...worldOf(run) });
      await bus.publish(new Rung({ n: 1 }));
      await eventually(() => expect(calls()).toBeGreaterThan(0));
      expect(await bus.check()).toEqual([]);
      passTime(12_000);
      expect(await bus.check()).toContainEqual(
        expect.stringMatching(new RegExp(`^the ${part} has not moved for 1\\d s$`)),
      );
      jest.restoreAllMocks();
      release();
      await bus.stop({ timeoutMs: 100 });
    },
  );
});

describe('a bus that works', () => {
  it('is ready however long nothing happens', async () => {
    const items = [
      on(Rung)
        .named('hear')
        .listen(() => undefined),
    ];
    await using bus = await startBus({
      name: 'bell',
      items,
      contracts,
      store: memoryStore(),
      transport: memoryBroker().connect(),
    });
    await bus.publish(new Rung({ n: 1 }));
    await eventually(async () =>
      expect(await bus.status()).toMatchObject({ inbox: { waiting: { count: 0 }, running: { count: 0 } } }),
    );
    await eventually(async () => {
      passTime(12_000);
      const reasons = await bus.check();
      jest.restoreAllMocks();
      expect(reasons).toEqual([]);
    });
  });

  it('says who is saturated, and its log says who stays so', async () => {
    const warnings: object[] = [];
    const logger = { ...silent, warn: (details: object) => void warnings.push(details) };
    let release: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    const items = [
      on(Rung)
        .named('hangs')
        .concurrency(1)
        .listen(() => hanging),
      on(Rung)
        .named('works')
        .listen(() => undefined),
    ];
    await using bus = await startBus({ name: 'bell', items, contracts, store: memoryStore(), leaseMs: 30, logger });
    expect(bus.saturated()).toEqual([]);
    await bus.publish(new Rung({ n: 1 }));
    await eventually(() => expect(bus.saturated()).toEqual(['hangs']));
    expect(await bus.status()).toMatchObject({ saturated: ['hangs'] });
    expect(await bus.check()).toEqual([]);
    passTime(31_000);
    await eventually(() => expect(warnings).toContainEqual({ listener: 'hangs' }));
    jest.restoreAllMocks();
    release();
    await eventually(() => expect(bus.saturated()).toEqual([]));
  });
});
