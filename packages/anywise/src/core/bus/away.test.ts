import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker, type MemoryBroker } from '../../memory/transport.js';
import { startBus } from '../../test-support/start-bus.js';
import { eventually } from '../../testing/eventually.js';
import { AnywiseError } from '../errors/errors.js';
import { contract } from '../message/contract.js';
import { event } from '../message/declare.js';
import { type } from '../message/schema.js';
import type { Transport } from '../ports/transport.js';
import { on } from '../registry/on.js';
import type { Registrable } from '../registry/registry.js';

class Rung extends event('bell.rung', { data: type<{ readonly n: number }>(), entityId: ({ n }) => String(n % 2) }) {}
const contracts = [contract('bell', { Rung })];

afterEach(() => {
  jest.restoreAllMocks();
});

type Trouble = 'away' | 'refused' | 'silent' | undefined;

const errors = {
  away: () => new AnywiseError('UNAVAILABLE', 'Nothing listens at `broker:4222`.', { retryable: true }),
  refused: () => new AnywiseError('UNAVAILABLE', 'It refuses the password of `ada`.'),
};

/** A connection to a broker that can be away, for each method on its own. */
function connection(broker: MemoryBroker, trouble: Partial<Record<'all' | 'subscribe', Trouble>>) {
  const real = broker.connect();
  const calls = { check: 0, subscribe: 0, publish: 0 };
  const meet = async (method: keyof typeof calls): Promise<void> => {
    calls[method]++;
    const now = trouble.all ?? (method === 'subscribe' ? trouble.subscribe : undefined);
    if (now === 'silent') await new Promise<never>(() => undefined);
    if (now === 'away' || now === 'refused') throw errors[now]();
  };
  const transport: Transport = {
    name: 'fake',
    capabilities: real.capabilities,
    lacks: real.lacks,
    check: () => meet('check'),
    async publish(envelopes) {
      await meet('publish');
      return real.publish(envelopes);
    },
    async subscribe(options, receive) {
      await meet('subscribe');
      return real.subscribe(options, receive);
    },
    close: () => real.close(),
  };
  return { transport, calls };
}

interface Line {
  readonly level: string;
  readonly text: string;
}

function recordLog() {
  const lines: Line[] = [];
  const note = (level: string) => (_details: object, text: string) => void lines.push({ level, text });
  return { lines, logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') } };
}

const began = {
  level: 'warn',
  text: 'The transport cannot be used; what is published waits in the outbox, and nothing arrives until it can be used',
};
const ended = { level: 'info', text: 'The transport can be used again' };

/** A bus that publishes, and one that listens, over one broker that is away from one or both of them. */
async function startListening(transport: Transport) {
  const heard: number[] = [];
  const { lines, logger } = recordLog();
  const items: Registrable[] = [
    on(Rung)
      .named('hear')
      .listen(({ n }) => void heard.push(n)),
  ];
  const bus = await startBus({ name: 'ear', items, contracts, store: memoryStore(), transport, logger });
  return { bus, heard, lines };
}

async function startPublishing(transport: Transport) {
  const { lines, logger } = recordLog();
  const store = memoryStore();
  const bus = await startBus({ name: 'bell', contracts, store, transport, logger });
  return { bus, lines, store };
}

describe('a bus whose transport is away', () => {
  it('starts, says so once, takes messages, and brings and receives them once the transport is there', async () => {
    const broker = memoryBroker();
    const trouble: { all?: Trouble } = { all: 'away' };
    const [here, there] = [connection(broker, trouble), connection(broker, trouble)];
    const bell = await startPublishing(here.transport);
    const ear = await startListening(there.transport);
    await using _bell = bell.bus;
    await using _ear = ear.bus;
    for (const n of [1, 2, 3]) await bell.bus.publish(new Rung({ n }));
    await eventually(() => expect(here.calls.check).toBeGreaterThan(3));
    expect(await bell.bus.check()).toEqual(['the transport cannot be used']);
    expect(await ear.bus.check()).toEqual(['the transport cannot be used']);
    expect(await bell.bus.status()).toMatchObject({ outbox: { waiting: { count: 3 } } });
    expect([bell.lines, ear.lines]).toEqual([[began], [began]]);
    trouble.all = undefined;
    await eventually(() => expect(ear.heard).toHaveLength(3));
    expect(ear.heard.filter((n) => n % 2 === 1)).toEqual([1, 3]);
    await eventually(() =>
      expect([bell.lines, ear.lines]).toEqual([
        [began, ended],
        [began, ended],
      ]),
    );
    expect(await bell.bus.check()).toEqual([]);
    expect(await ear.bus.check()).toEqual([]);
  });

  it('asks it neither for each probe nor for each message while it is away', async () => {
    const here = connection(memoryBroker(), { all: 'away' });
    const { bus } = await startPublishing(here.transport);
    await using _bus = bus;
    for (let n = 0; n < 50; n++) {
      await bus.publish(new Rung({ n }));
      await bus.check();
    }
    expect(here.calls.publish).toBe(0);
    expect(here.calls.check).toBeLessThan(10);
  });

  it('says once more that it is refused, when it is there but refuses, and goes on trying', async () => {
    const broker = memoryBroker();
    const trouble: { all?: Trouble } = { all: 'away' };
    const ear = await startListening(connection(broker, trouble).transport);
    await using _bus = ear.bus;
    trouble.all = 'refused';
    await eventually(() => expect(ear.lines).toHaveLength(2));
    expect(ear.lines).toEqual([
      began,
      { level: 'error', text: `${began.text}. It refuses this service, so waiting alone does not help` },
    ]);
    expect(await ear.bus.check()).toEqual(['the transport cannot be used']);
    trouble.all = undefined;
    await eventually(() => expect(ear.lines.at(-1)).toEqual(ended));
    expect(ear.lines).toHaveLength(3);
  });

  it('subscribes once, however often it comes and goes', async () => {
    const broker = memoryBroker();
    const trouble: { all?: Trouble } = { all: 'away' };
    const there = connection(broker, trouble);
    const here = connection(broker, trouble);
    const ear = await startListening(there.transport);
    const bell = await startPublishing(here.transport);
    await using _ear = ear.bus;
    await using _bell = bell.bus;
    for (let n = 0; n < 4; n++) {
      trouble.all = undefined;
      await bell.bus.publish(new Rung({ n }));
      await eventually(() => expect(ear.heard).toHaveLength(n + 1));
      await eventually(() => expect(bell.lines.at(-1)).toEqual(ended));
      trouble.all = 'away';
      await bell.bus.publish(new Rung({ n: n + 100 }));
      await eventually(() => expect(bell.lines.at(-1)?.level).toBe('warn'));
      trouble.all = undefined;
      await eventually(() => expect(ear.heard).toContain(n + 100));
      ear.heard.pop();
    }
    expect(there.calls.subscribe).toBe(1);
    expect(bell.lines.filter(({ level }) => level === 'warn').length).toBe(5);
  });

  it('subscribes later, if only the subscription fails', async () => {
    const broker = memoryBroker();
    const trouble: { subscribe?: Trouble } = { subscribe: 'away' };
    const there = connection(broker, trouble);
    const ear = await startListening(there.transport);
    await using _bus = ear.bus;
    const bell = await startPublishing(broker.connect());
    await using _bell = bell.bus;
    await bell.bus.publish(new Rung({ n: 1 }));
    await eventually(() => expect(there.calls.subscribe).toBeGreaterThan(2));
    expect(await ear.bus.check()).toEqual(['the transport cannot be used']);
    expect(ear.lines).toEqual([began]);
    delete trouble.subscribe;
    await eventually(() => expect(ear.heard).toEqual([1]));
    expect(ear.lines).toEqual([began, ended]);
  });

  it.each(['away', 'silent'] as const)('stops at once while the transport is %s', async (kind) => {
    const trouble: { all?: Trouble } = { all: 'away' };
    const ear = await startListening(connection(memoryBroker(), trouble).transport);
    trouble.all = kind;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const beganAt = performance.now();
    await ear.bus.stop({ timeoutMs: 20_000 });
    expect(performance.now() - beganAt).toBeLessThan(10_000);
    const { length } = ear.lines;
    delete trouble.all;
    expect(ear.lines).toHaveLength(length);
  });

  it('closes what it subscribed to while it was being stopped', async () => {
    const broker = memoryBroker();
    const trouble: { all?: Trouble } = { all: 'away' };
    const { transport, calls } = connection(broker, trouble);
    let subscribed: () => void = () => undefined;
    let closed = 0;
    const slow: Transport = {
      ...transport,
      async subscribe() {
        calls.subscribe++;
        await new Promise<void>((resolve) => (subscribed = resolve));
        return {
          close: async () => {
            closed++;
          },
        };
      },
    };
    const ear = await startListening(slow);
    delete trouble.all;
    await eventually(() => expect(calls.subscribe).toBe(1));
    await ear.bus.stop();
    expect(closed).toBe(0);
    subscribed();
    await eventually(() => expect(closed).toBe(1));
  });

  it('is not ready for the messages that have waited too long', async () => {
    const { transport } = connection(memoryBroker(), { all: 'away' });
    const { bus, store } = await startPublishing(transport);
    await using _bus = bus;
    for (let n = 0; n < 3; n++) await bus.publish(new Rung({ n }));
    const status = store.outbox.status.bind(store.outbox);
    jest.spyOn(store.outbox, 'status').mockImplementation(async () => ({ ...(await status()), oldestMs: 41_000 }));
    expect(await bus.check()).toEqual([
      'the transport cannot be used',
      '3 messages have been waiting in the outbox for 41 s: the transport cannot be used',
    ]);
    const waiting = { count: 1_000, isMore: true };
    jest
      .spyOn(store.outbox, 'status')
      .mockImplementation(async () => ({ ...(await status()), waiting, oldestMs: 41_000 }));
    expect(await bus.check()).toContain(
      'more than 1000 messages have been waiting in the outbox for 41 s: the transport cannot be used',
    );
    jest.spyOn(store.outbox, 'status').mockImplementation(() => new Promise(() => undefined));
    expect(await bus.check({ timeoutMs: 5 })).toEqual(['the transport cannot be used']);
  });
});

describe('a bus whose transport refuses it', () => {
  it.each([
    ['at the check', { all: 'refused' }],
    ['at the subscription', { subscribe: 'refused' }],
  ] as const)('does not start, with the reason, if it does so %s', async (_when, trouble) => {
    const { transport } = connection(memoryBroker(), trouble);
    await expect(startListening(transport)).rejects.toThrow('It refuses the password of `ada`.');
  });

  it('does not start either if the error does not say whether waiting helps', async () => {
    const { transport } = connection(memoryBroker(), {});
    const broken = { ...transport, check: () => Promise.reject(new Error('no such option')) };
    await expect(startListening(broken)).rejects.toThrow('no such option');
  });
});
