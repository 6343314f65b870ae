import { describe, expect, it } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { command, event, query } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import type { Claim } from '../core/ports/inbox.js';
import type { Store } from '../core/ports/store.js';
import type { Transport } from '../core/ports/transport.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { otel } from '../otel/otel.js';
import { eventually } from '../testing/eventually.js';
import { recordSpans, type Recorded } from './spans.js';
import { startBus } from './start-bus.js';

/** Where the two services of one case keep their data and meet. */
export interface TracePlace {
  readonly store: (name: string) => Store;
  readonly transport: () => Transport;
}

type Bus = Anywise & AsyncDisposable;

/** Two services that are recorded: `pay` owns payments, `shop` hears of them. */
interface World {
  readonly recorded: Recorded;
  /** Starts a service with listeners, until the case ends. @param watch is given its store then. */
  readonly start: (
    name: 'pay' | 'shop',
    listeners?: readonly Registrable[],
    watch?: (store: Store) => void,
  ) => Promise<Bus>;
  /** From now on, messages are that much older than they are. */
  readonly letPass: (ms: number) => void;
}

interface TraceCase {
  readonly title: string;
  readonly run: (world: World) => Promise<void>;
  /** The spans, but for those of relays: they are traces of their own. */
  readonly tree: readonly string[];
}

const data = z.object({ n: z.number() });
class Declined extends domainError('pay.declined', { data: z.object({}), message: () => 'declined' }) {}
class Pay extends command('pay.pay', { data, reply: z.number(), errors: [Declined] }) {}
class Check extends query('pay.check', { data, reply: z.number() }) {}
class Remind extends command('pay.remind', { data }) {}
class Paid extends event('pay.paid', { data, entityId: ({ n }) => String(n) }) {}
class Place extends command('shop.place', { data, reply: z.number(), errors: [Declined] }) {}
class Start extends command('shop.start', { data }) {}
class Started extends event('shop.started', { data, entityId: ({ n }) => String(n) }) {}
const contracts = [contract('pay', { Pay, Check, Remind, Paid }), contract('shop', { Place, Start, Started })];

const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ n }, _context, { anywise }) => {
    if (n === 0) throw new Declined({});
    await anywise.publish(new Paid({ n }));
    return n;
  });
const check = on(Check).handle(async ({ n }) => n);
const remind = on(Remind).handle(async () => undefined);
const place = on(Place)
  .inject({ anywise: Anywise })
  .handle(async ({ n }, _context, { anywise }) => {
    await anywise.send(new Check({ n }));
    return anywise.send(new Pay({ n }));
  });
const start = on(Start)
  .inject({ anywise: Anywise })
  .handle(async ({ n }, _context, { anywise }) => anywise.publish(new Started({ n })));
const handlers = { pay: [pay, check, remind], shop: [place, start] };
const startPaid = on(Paid)
  .inject({ anywise: Anywise })
  .listen(({ n }, _context, { anywise }) => anywise.send(new Start({ n })));
const hearStarted = on(Started).listen(() => undefined);

const tenMinutes = 600_000;

const cases: readonly TraceCase[] = [
  {
    title: 'a command, its event, and what another service does with it and tells of it, are one trace',
    async run({ start: run }) {
      await run('shop', [startPaid]);
      const payer = await run('pay', [hearStarted]);
      await payer.send(new Pay({ n: 1 }));
    },
    tree: [
      'command pay.pay',
      '  create pay.paid',
      '    process pay.paid',
      '      command shop.start',
      '        create shop.started',
      '          process shop.started',
    ],
  },
  {
    title: 'what one service asks another is part of its trace, with all that follows there',
    async run({ start: run }) {
      await run('pay');
      const shop = await run('shop', [startPaid]);
      expect(await shop.send(new Place({ n: 1 }))).toBe(1);
    },
    tree: [
      'command shop.place',
      '  ask pay.check',
      '    answer pay.check',
      '  ask pay.pay',
      '    answer pay.pay',
      '      create pay.paid',
      '        process pay.paid',
      '          command shop.start',
      '            create shop.started',
    ],
  },
  {
    title: 'an error that another service answers is one on both sides, and in the command that asked',
    async run({ start: run, recorded }) {
      await run('pay');
      const shop = await run('shop');
      await expect(shop.send(new Place({ n: 0 }))).rejects.toThrow(Declined);
      await eventually(() => {
        const types = recorded.spans().map(({ attributes }) => attributes['error.type']);
        expect(types.filter((type) => type === 'pay.declined')).toHaveLength(3);
      });
    },
    tree: [
      'command shop.place !exception',
      '  ask pay.check',
      '    answer pay.check',
      '  ask pay.pay !exception',
      '    answer pay.pay !exception',
    ],
  },
  {
    title: 'each attempt at a message is a span, and a failed one tells of its retry',
    async run({ start: run }) {
      const flaky = on(Paid).listen((_event, { attempt }) => {
        if (attempt === 1) throw new TypeError('not yet');
      });
      await run('shop', [flaky]);
      const payer = await run('pay');
      await payer.send(new Pay({ n: 1 }));
    },
    tree: [
      'command pay.pay',
      '  create pay.paid',
      '    process pay.paid !anywise.retry !exception',
      '    process pay.paid',
    ],
  },
  {
    title: 'a dead letter that is replayed the same minute goes on in its trace, and says that it was replayed',
    run: (world) => replayed(world, 0),
    tree: [
      'command pay.pay',
      '  create pay.paid',
      '    process pay.paid !anywise.dead !exception',
      '    process pay.paid [replayed]',
    ],
  },
  {
    title: 'a dead letter that is replayed later begins a trace, linked to the one that made it',
    run: (world) => replayed(world, tenMinutes),
    tree: [
      'command pay.pay',
      '  create pay.paid',
      '    process pay.paid !anywise.dead !exception',
      'process pay.paid (linked to 1) [replayed]',
    ],
  },
  {
    title: 'a command that was delayed for a moment goes on in its trace',
    run: (world) => delayed(world, 0),
    tree: ['order', '  create pay.remind', '    process pay.remind'],
  },
  {
    title: 'a command that was delayed for ten minutes begins a trace, linked to the one that made it',
    run: (world) => delayed(world, tenMinutes),
    tree: ['order', '  create pay.remind', 'process pay.remind (linked to 1)'],
  },
  {
    title: 'an attempt that lost its lease says so, and the one after it is a span beside it',
    async run({ start: run }) {
      const claims: Claim[] = [];
      let shopStore: Store | undefined;
      const stolen = on(Paid).listen(async () => {
        const store = shopStore;
        shopStore = undefined;
        if (store !== undefined) await steal(store, claims);
      });
      await run('shop', [stolen], (store) => {
        watchClaims(store, claims);
        shopStore = store;
      });
      const payer = await run('pay');
      await payer.send(new Pay({ n: 1 }));
    },
    tree: ['command pay.pay', '  create pay.paid', '    process pay.paid !anywise.lease_lost', '    process pay.paid'],
  },
  {
    title: 'a batch is one span, linked to each of its messages',
    async run({ start: run }) {
      const sum = on(Paid)
        .batch({ max: 3, waitMs: 60_000 })
        .listen(() => undefined);
      await run('shop', [sum]);
      const payer = await run('pay');
      await payer.transaction(async (tx) => {
        for (const n of [1, 2, 3]) await tx.publish(new Paid({ n }));
      });
    },
    tree: ['create pay.paid', 'create pay.paid', 'create pay.paid', 'process pay.paid (linked to 3)'],
  },
];

async function replayed({ start: run, letPass }: World, afterMs: number): Promise<void> {
  let isRepaired = false;
  const poisoned = on(Paid)
    .retry({ attempts: 1 })
    .listen(() => {
      if (!isRepaired) throw new Declined({});
    });
  const shop = await run('shop', [poisoned]);
  const payer = await run('pay');
  await payer.send(new Pay({ n: 1 }));
  await eventually(async () => expect(await shop.deadLetters.count()).toBe(1));
  isRepaired = true;
  letPass(afterMs);
  expect(await shop.deadLetters.replay({ type: Paid.type })).toBe(1);
}

async function delayed({ start: run, letPass, recorded }: World, forMs: number): Promise<void> {
  await run('pay');
  const shop = await run('shop');
  await recorded.inSpan('order', () => shop.enqueue(new Remind({ n: 1 }), { delayMs: 20 }));
  letPass(forMs);
}

/** Keeps what the bus claims. */
function watchClaims({ inbox }: Store, claims: Claim[]): void {
  const [add, claim] = [inbox.add.bind(inbox), inbox.claim.bind(inbox)];
  const keep = (claimed: readonly Claim[]): readonly Claim[] => {
    claims.push(...claimed);
    return claimed;
  };
  inbox.add = async (...given) => keep(await add(...given));
  inbox.claim = async (...given) => {
    const claimed = await claim(...given);
    keep(claimed.claims);
    return claimed;
  };
}

/** Does what another process would after the lease had ended: takes the message, and gives it back. */
async function steal({ inbox }: Store, claims: Claim[]): Promise<void> {
  const [held] = claims;
  if (held === undefined) throw new Error('Nothing is claimed.');
  await eventually(async () => {
    const [lost] = await inbox.extend([held], 0);
    if (lost !== undefined) return;
    const listeners = new Map([[held.listener, 1]]);
    const stolen = await inbox.claim({ listeners, holder: 'thief:1:1:a', limit: 1, leaseMs: 60_000 });
    await inbox.release(stolen.claims);
    throw new Error('The lease is still held.');
  });
}

/** What is recorded of messages, over every store and every transport. */
export function describeTraces(inPlace: (work: (place: TracePlace) => Promise<void>) => Promise<void>): void {
  describe('traces', () => {
    it.each(cases)('$title', ({ run, tree }) =>
      inPlace(async (place) => {
        await using recorded = recordSpans();
        const seen = (): string => recorded.tree({ without: 'send' });
        await inWorld(place, recorded, async (world) => {
          await run(world);
          await eventually(() => expect(seen()).toBe(tree.join('\n')));
          // Everything that a relay has taken is linked from one of its spans.
          const created = recorded.spans().filter(({ name }) => name.startsWith('create '));
          await eventually(() => expect(sentOf(recorded).sort()).toEqual(idsOf(created).sort()));
        });
        // Nothing more came.
        expect(seen()).toBe(tree.join('\n'));
      }),
    );
  });
}

async function inWorld(
  { store, transport }: TracePlace,
  recorded: Recorded,
  work: (world: World) => Promise<void>,
): Promise<void> {
  let passedMs = 0;
  const instrumentation = otel({ now: () => Date.now() + passedMs });
  const running: Bus[] = [];
  try {
    await work({
      recorded,
      letPass: (ms) => void (passedMs += ms),
      async start(name, listeners = [], watch) {
        const own = store(name);
        const items = [...handlers[name], ...listeners];
        const bus = await startBus({ name, items, contracts, instrumentation, store: own, transport: transport() });
        running.push(bus);
        watch?.(own);
        return bus;
      },
    });
  } finally {
    await Promise.all(running.map((bus) => bus.stop()));
  }
}

/** The spans that relays have linked to. */
function sentOf(recorded: Recorded): string[] {
  const sends = recorded.spans().filter(({ name }) => name === 'send');
  return sends.flatMap(({ links }) => links.map(({ context }) => context.spanId));
}

function idsOf(spans: readonly ReadableSpan[]): string[] {
  return spans.map((span) => span.spanContext().spanId);
}
